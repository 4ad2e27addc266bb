package dev.millrace.server.fuzz.parser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Lets Jazzer loose on the parsers, each in a process of its own, one for each core at a time:
 *
 * <pre>{@code mvn -B -P fuzz-parsers -pl server -am verify -DskipTests}</pre>
 *
 * <p>Arguments: seconds for each, and names of targets or {@code all}. What reaches new code is
 * merged into the corpus in {@code src/test/corpora}, which {@link ParserCorporaTest} replays.
 * Fails when a target throws, hangs for thirty seconds or takes more than two gigabytes.
 */
public final class FuzzParsers {
  private static final Path CORPORA = Path.of("src/test/corpora");
  private static final Path WORK = Path.of("target/fuzz-parsers");

  // The first input waits until the classes that it needs have been rewritten.
  private static final int HANG_SECONDS = 30;

  private static final int MOST_MEGABYTES = 2048;
  private static final int LONGEST_INPUT = 1 << 16;
  private static final int LONGEST_KEPT = 1 << 12;

  private FuzzParsers() {}

  /** Runs them. */
  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    int seconds = Integer.parseInt(arguments[0]);
    List<String> chosen =
        Arrays.stream(arguments).skip(1).flatMap(names -> Arrays.stream(names.split(" "))).toList();
    List<String> failed = Collections.synchronizedList(new ArrayList<>());
    List<Callable<Boolean>> runs = new ArrayList<>();
    for (String name : Parsers.all().keySet()) {
      if (chosen.contains("all") || chosen.contains(name)) {
        runs.add(() -> fuzz(name, seconds) || !failed.add(name));
      }
    }
    ExecutorService cores =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    for (Future<Boolean> run : cores.invokeAll(runs)) {
      run.get();
    }
    System.out.println(failed.isEmpty() ? "nothing found" : "FOUND in " + failed);
    System.exit(failed.isEmpty() ? 0 : 1);
  }

  private static boolean fuzz(String name, int seconds) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(WORK.resolve(name));
    Path found = Files.createDirectories(folder.resolve("corpus"));
    Path kept = Files.createDirectories(CORPORA.resolve(name));
    Path log = folder.resolve("log.txt");
    int code =
        jazzer(
            log,
            name,
            "-max_total_time=" + seconds,
            "-timeout=" + HANG_SECONDS,
            "-rss_limit_mb=" + MOST_MEGABYTES,
            "-max_len=" + LONGEST_INPUT,
            "-artifact_prefix=" + folder + "/",
            "-print_final_stats=1",
            found.toString(),
            kept.toString());
    System.out.println(name + ": " + (code == 0 ? "nothing found" : "FOUND, see " + log));
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines
          .filter(
              line -> line.startsWith("stat::number_of_executed_units") || line.contains(" DONE "))
          .forEach(line -> System.out.println("  " + line.strip()));
    }
    jazzer(
        folder.resolve("merge.txt"),
        name,
        "-merge=1",
        "-max_len=" + LONGEST_KEPT,
        kept.toString(),
        found.toString());
    return code == 0;
  }

  private static int jazzer(Path log, String name, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + Parsers.targetClass(name).getName());
    command.add("--instrumentation_includes=dev.millrace.**");
    command.add("--custom_hook_includes=dev.millrace.**");
    command.add("--reproducer_path=" + WORK);
    command.addAll(List.of(options));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start()
        .waitFor();
  }
}
