package dev.millrace.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Predicate;

/** Reads a server's metrics as Prometheus does. Thread-safe. */
public final class Scrape {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest request;

  /** Metrics at an address of the form {@code host:port}. */
  public Scrape(String managementAddress) {
    request =
        HttpRequest.newBuilder(URI.create("http://" + managementAddress + "/metrics")).build();
  }

  /** The metrics now. */
  public List<String> lines() {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body().lines().toList();
    } catch (IOException unreachable) {
      throw new UncheckedIOException(unreachable);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The sum of the series of a name whose tags hold all of the given, such as {@code
   * model="mnist"}; 0 when there are none.
   */
  public double value(String name, String... tags) {
    double sum = 0;
    for (String line : lines()) {
      boolean named = line.startsWith(name + "{") || line.startsWith(name + " ");
      if (named && List.of(tags).stream().allMatch(line::contains)) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }

  /**
   * Looks again and again until the sum is as wanted.
   *
   * @throws AssertionError if it is not within half a minute
   */
  public void await(Predicate<Double> wanted, String name, String... tags) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    double value = value(name, tags);
    while (!wanted.test(value)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(name + List.of(tags) + " stays at " + value);
      }
      Pause.brief();
      value = value(name, tags);
    }
  }
}
