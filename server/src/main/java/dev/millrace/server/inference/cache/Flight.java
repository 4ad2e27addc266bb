package dev.millrace.server.inference.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Equal requests of which one, the leader, runs for all. Thread-safe. */
final class Flight {
  @GuardedBy("this")
  private final Deque<Passenger> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private Passenger leader;

  @GuardedBy("this")
  private boolean ended;

  Flight(Passenger leader) {
    this.leader = leader;
  }

  /** Takes one more on; false when the flight is over, or runs for less urgent requests. */
  synchronized boolean join(Passenger passenger) {
    Priority urgency = passenger.leased().request().priority();
    if (ended || urgency.compareTo(leader.leased().request().priority()) < 0) {
      return false;
    }
    waiting.add(passenger);
    return true;
  }

  /** True when every caller has gone. */
  synchronized boolean isDeserted() {
    return leader.isGone() && waiting.stream().allMatch(Passenger::isGone);
  }

  /** The next leader, claimed; null when none is left, which ends the flight. */
  synchronized @Nullable Passenger next() {
    while (!waiting.isEmpty()) {
      Passenger next = waiting.remove();
      if (next.claim()) {
        leader = next;
        return next;
      }
    }
    ended = true;
    return null;
  }

  /** Takes nobody on any more; those who waited beside the leader, claimed. */
  synchronized List<Passenger> end() {
    ended = true;
    List<Passenger> left = new ArrayList<>(waiting);
    waiting.clear();
    left.removeIf(passenger -> !passenger.claim());
    return left;
  }
}
