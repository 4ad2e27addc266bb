package dev.millrace.server.security.permission;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Permission;
import java.util.List;

/** The access that some grants give together. Immutable. */
public final class Grants implements Access {
  private final List<Scope> scopes;

  private record Scope(Role role, NamePattern models) {}

  /** Access by grants; none is the access of a known caller who may do nothing. */
  public Grants(List<Grant> grants) {
    scopes =
        grants.stream()
            .map(grant -> new Scope(grant.role(), new NamePattern(grant.models())))
            .toList();
  }

  /** True for the access of the same grants. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Grants grants && grants.scopes.equals(scopes);
  }

  @Override
  public int hashCode() {
    return scopes.hashCode();
  }

  @Override
  public boolean may(Permission permission, String model) {
    for (Scope scope : scopes) {
      if (scope.role().has(permission) && scope.models().matches(model)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean mayEverywhere(Permission permission) {
    return scopes.stream()
        .anyMatch(scope -> scope.role().has(permission) && scope.models().isEverything());
  }

  @Override
  public boolean maySomewhere(Permission permission) {
    return scopes.stream().anyMatch(scope -> scope.role().has(permission));
  }
}
