package dev.millrace.server.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terms as their file says them, which is looked at now and then. A file that cannot be used
 * changes nothing, and is told of once. Thread-safe.
 */
public final class WatchedTerms implements Supplier<Terms> {
  private static final Logger log = LoggerFactory.getLogger(WatchedTerms.class);

  private final Source source;
  private volatile Terms terms;

  @GuardedBy("this")
  private String seen;

  @GuardedBy("this")
  private boolean unreadable;

  /** Reads the file's text. */
  @FunctionalInterface
  public interface Source {
    /** The text as it is now. */
    String read() throws IOException;
  }

  /**
   * Reads the terms for the first time.
   *
   * @throws IllegalArgumentException with what is wrong in the file
   * @throws IOException if it cannot be read
   */
  public WatchedTerms(Source source) throws IOException {
    this.source = source;
    this.seen = source.read();
    this.terms = TermsFile.parse(seen);
  }

  @Override
  public Terms get() {
    return terms;
  }

  /** Looks whether the file has changed. */
  public synchronized void look() {
    String text;
    try {
      text = source.read();
    } catch (IOException gone) {
      if (!unreadable) {
        log.warn("the file of quotas cannot be read; the last good ones hold", gone);
      }
      unreadable = true;
      return;
    }
    unreadable = false;
    if (text.equals(seen)) {
      return;
    }
    seen = text;
    try {
      terms = TermsFile.parse(text);
      log.info("the quotas have changed");
    } catch (IllegalArgumentException wrong) {
      log.warn("the file of quotas is not used, the last good ones hold: {}", wrong.getMessage());
    }
  }
}
