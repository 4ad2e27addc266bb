package dev.millrace.server.boot.command;

import dev.millrace.server.boot.config.Lifetime;
import dev.millrace.server.security.key.ApiKey;
import dev.millrace.server.security.key.KeyChanges;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.key.KeyUse;
import dev.millrace.server.security.permission.Grant;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace keys}: works on the data directory, whether its server runs or not. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = {
      "Makes, lists, rotates and revokes API keys in the data directory of a server.",
      "A running server follows within a second."
    },
    synopsisSubcommandLabel = "(create | list | rotate | revoke)")
final class KeysCommand {
  private static final String ROW = "%-10s %-20s %-30s %-12s %-12s %-12s %s%n";

  private final InstantSource clock;
  private final SecureRandom random;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private StateFolder state = new StateFolder();

  KeysCommand(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Makes a key and prints it. This is the only time that it can be seen.")
  int create(
      @Parameters(paramLabel = "NAME", description = "who gets it") String name,
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE[:MODELS]",
              description =
                  "viewer, predictor, trainer, publisher or admin; for models such as team-a-*, or"
                      + " for all; can be given several times")
          List<String> roles,
      @Option(names = "--expires", paramLabel = "TIME", description = "such as 90d; never without")
          @Nullable String expires) {
    List<Grant> grants = new ArrayList<>();
    for (String role : roles) {
      Optional<Grant> grant = Grant.parse(role);
      if (grant.isEmpty()) {
        return wrong("'" + role + "' is no role; write as predictor or predictor:team-a-*");
      }
      grants.add(grant.get());
    }
    return change(keys -> show(keys.create(name, grants, Lifetime.parse(expires))));
  }

  @Command(
      name = "rotate",
      mixinStandardHelpOptions = true,
      description = "Makes another key for who has one; both are valid for a while.")
  int rotate(
      @Parameters(paramLabel = "NAME", description = "who has the key") String name,
      @Option(
              names = "--overlap",
              paramLabel = "TIME",
              defaultValue = "24h",
              description = "how long the old one stays valid (default: ${DEFAULT-VALUE})")
          String overlap,
      @Option(names = "--expires", paramLabel = "TIME", description = "such as 90d; never without")
          @Nullable String expires) {
    return change(
        keys ->
            show(
                keys.rotate(name, Lifetime.parse(overlap).orElseThrow(), Lifetime.parse(expires))));
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Takes a key back, or all keys of one name.")
  int revoke(
      @Parameters(paramLabel = "KEY", description = "the prefix that list shows, or a name")
          String prefixOrName) {
    return change(keys -> out().printf("revoked: %d%n", keys.revoke(prefixOrName)));
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists all keys that were made; none is shown itself.")
  int list() {
    try {
      KeyUse use = new KeyUse(state.path());
      Instant now = clock.instant();
      out().printf(ROW, "KEY", "NAME", "ROLES", "CREATED", "EXPIRES", "LAST USE", "STATE");
      for (ApiKey key : new KeyFile(state.path()).read()) {
        out()
            .printf(
                ROW,
                key.prefix(),
                key.name(),
                String.join(",", key.roles()),
                day(key.created()),
                key.expires() == null ? "never" : day(key.expires()),
                use.last(key.prefix()).map(KeysCommand::day).orElse("never"),
                state(key, now));
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    } catch (IOException unreadable) {
      return failed(unreadable);
    }
  }

  /** A change of the file, and what is printed of it. */
  private interface Change {
    void make(KeyChanges keys) throws IOException, KeyChanges.RefusedException;
  }

  private int change(Change change) {
    try {
      change.make(new KeyChanges(new KeyFile(state.path()), random, clock));
      out().flush();
      return CommandLine.ExitCode.OK;
    } catch (KeyChanges.RefusedException refused) {
      return wrong(String.valueOf(refused.getMessage()));
    } catch (IllegalArgumentException noTime) {
      return wrong(String.valueOf(noTime.getMessage()));
    } catch (IOException unwritable) {
      return failed(unwritable);
    }
  }

  private void show(String key) {
    out().println(key);
    spec.commandLine()
        .getErr()
        .println("Keep it: the server has only its hash. Send it as 'authorization: Bearer ...'.");
  }

  private int wrong(String why) {
    spec.commandLine().getErr().println("error: " + why);
    return CommandLine.ExitCode.USAGE;
  }

  private int failed(IOException failure) {
    spec.commandLine()
        .getErr()
        .println("error: the keys cannot be read or written: " + failure.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static String day(Instant time) {
    return time.truncatedTo(ChronoUnit.DAYS).toString().substring(0, "2026-01-31".length());
  }

  private static String state(ApiKey key, Instant now) {
    if (key.revoked() != null) {
      return "revoked";
    }
    return key.isExpired(now) ? "expired" : "valid";
  }
}
