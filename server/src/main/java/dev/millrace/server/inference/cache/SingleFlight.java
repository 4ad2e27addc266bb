package dev.millrace.server.inference.cache;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.LeasedRequest;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs one of the equal requests that are there at the same time, and gives its answer to all. A
 * run goes on as long as anybody waits for it. When it was given up for a reason of the leader's
 * own (its deadline, its absence, its priority), the oldest of the others leads; a failure of the
 * run itself is everybody's. Each keeps its own deadline. Thread-safe.
 */
public final class SingleFlight {
  private static final Set<ErrorReason> OF_THE_LEADER_ALONE =
      EnumSet.of(
          ErrorReason.CALLER_CANCELLED, ErrorReason.DEADLINE_EXPIRED, ErrorReason.OVERLOADED);

  private final LeasedPredictor delegate;
  private final Executor executor;
  private final Alarm alarm;
  private final InstantSource clock;
  private final long maxWaitingBytes;
  private final Map<CacheKey, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Nothing under way.
   *
   * @param executor hands out shared answers, and starts runs anew
   * @param alarm ends waits at their deadline
   * @param maxWaitingBytes most bytes of requests that wait for others; beyond, requests run by
   *     themselves
   */
  public SingleFlight(
      LeasedPredictor delegate,
      Executor executor,
      Alarm alarm,
      InstantSource clock,
      long maxWaitingBytes) {
    this.delegate = delegate;
    this.executor = executor;
    this.alarm = alarm;
    this.clock = clock;
    this.maxWaitingBytes = maxWaitingBytes;
  }

  /** What a request's owner knows and hears. */
  interface Owner {
    /** An answer that was kept since the owner looked. */
    Optional<InferenceResponse> kept();

    /** The request waits for another. */
    void onJoined();

    /** The request runs. */
    void onRun();

    /**
     * The run has ended well; told before anybody has the answer.
     *
     * @param leader whose run it was
     */
    void onAnswer(LeasedRequest leader, InferenceResponse response);

    /** Others are given the run's answer. */
    void onShared(LeasedRequest leader, List<LeasedRequest> others);
  }

  CompletionStage<InferenceResponse> predict(CacheKey key, LeasedRequest leased, Owner owner) {
    Passenger passenger = new Passenger(leased);
    Flight mine = new Flight(passenger);
    Flight other = flights.putIfAbsent(key, mine);
    if (other != null) {
      if (join(other, passenger)) {
        owner.onJoined();
        return passenger.answer();
      }
      flights.put(key, mine);
    }
    passenger.claim();
    // An equal request may have ended between the owner's look and the start of this flight.
    Optional<InferenceResponse> kept = owner.kept();
    if (kept.isPresent()) {
      land(key, mine, passenger, owner, kept.get(), null);
    } else {
      owner.onRun();
      run(key, mine, passenger, owner);
    }
    return passenger.answer();
  }

  private boolean join(Flight flight, Passenger passenger) {
    long weight = passenger.weight();
    if (waitingBytes.addAndGet(weight) > maxWaitingBytes || !flight.join(passenger)) {
      waitingBytes.addAndGet(-weight);
      return false;
    }
    passenger.answer().whenComplete((response, failure) -> waitingBytes.addAndGet(-weight));
    setAlarm(passenger);
    return true;
  }

  private void setAlarm(Passenger passenger) {
    Deadline deadline = passenger.leased().request().deadline();
    if (!deadline.isNone()) {
      Runnable takeBack = alarm.set(deadline.remaining(clock), () -> expire(passenger, deadline));
      passenger.answer().whenComplete((response, failure) -> takeBack.run());
    }
  }

  private void expire(Passenger passenger, Deadline deadline) {
    if (!deadline.isExpired(clock)) {
      setAlarm(passenger);
    } else if (passenger.claim()) {
      passenger.end(
          null,
          new ServingException(
              ErrorReason.DEADLINE_EXPIRED,
              "the deadline passed while the request waited for an equal one; allow more time"));
    }
  }

  private void run(CacheKey key, Flight flight, Passenger leader, Owner owner) {
    begin(forAll(flight, leader.leased()))
        .whenComplete(
            (response, failure) -> {
              if (failure != null && isOfTheLeaderAlone(failure)) {
                leader.end(null, failure);
                leadOn(key, flight, owner);
                return;
              }
              try {
                if (response != null) {
                  owner.onAnswer(leader.leased(), response);
                }
              } finally {
                land(key, flight, leader, owner, response, failure);
              }
            });
  }

  private CompletionStage<InferenceResponse> begin(LeasedRequest leased) {
    try {
      return delegate.predict(leased);
    } catch (RuntimeException defect) {
      return CompletableFuture.failedFuture(defect);
    }
  }

  private void leadOn(CacheKey key, Flight flight, Owner owner) {
    Passenger next = flight.next();
    if (next == null) {
      flights.remove(key, flight);
    } else {
      // Not here: leaders that are refused at once would pile up on the stack.
      executor.execute(() -> run(key, flight, next, owner));
    }
  }

  private void land(
      CacheKey key,
      Flight flight,
      Passenger leader,
      Owner owner,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure) {
    List<Passenger> others = flight.end();
    flights.remove(key, flight);
    if (response != null && !others.isEmpty()) {
      owner.onShared(leader.leased(), others.stream().map(Passenger::leased).toList());
    }
    leader.end(response, failure);
    if (!others.isEmpty()) {
      executor.execute(() -> others.forEach(other -> other.end(response, failure)));
    }
  }

  private static boolean isOfTheLeaderAlone(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ServingException refused
        && OF_THE_LEADER_ALONE.contains(refused.reason());
  }

  private static LeasedRequest forAll(Flight flight, LeasedRequest leader) {
    InferenceRequest request = leader.request();
    return new LeasedRequest(
        new InferenceRequest(
            request.model(),
            request.signature(),
            request.inputs(),
            request.outputs(),
            request.deadline(),
            flight::isDeserted,
            request.priority(),
            request.caller()),
        leader.lease(),
        leader.outputs());
  }
}
