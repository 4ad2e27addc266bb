package dev.millrace.server.security.permission;

import dev.millrace.server.model.Permission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A bundle of permissions that is given to callers. */
public enum Role {
  VIEWER(Permission.VIEW),
  PREDICTOR(Permission.VIEW, Permission.PREDICT),
  TRAINER(Permission.VIEW, Permission.PREDICT, Permission.TRAIN),
  PUBLISHER(Permission.VIEW, Permission.PREDICT, Permission.PUBLISH),
  ADMIN(Permission.values());

  private final Set<Permission> permissions;

  Role(Permission... permissions) {
    this.permissions = EnumSet.copyOf(Arrays.asList(permissions));
  }

  /** True when the role has the permission. */
  public boolean has(Permission permission) {
    return permissions.contains(permission);
  }

  /** As it is written. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role that is written so. */
  static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }
}
