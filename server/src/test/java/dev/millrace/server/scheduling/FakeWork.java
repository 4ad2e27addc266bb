package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work that remembers what became of it. */
final class FakeWork implements Work {
  private final String name;
  private final Lane lane;
  private final int rows;
  private final Priority priority;
  private final Deadline deadline;
  private final Caller caller;
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final CompletableFuture<ErrorReason> refusal = new CompletableFuture<>();

  FakeWork(String name, Lane lane, int rows, Priority priority, Deadline deadline) {
    this(name, lane, rows, priority, deadline, Caller.UNKNOWN);
  }

  FakeWork(String name, Lane lane, int rows, Priority priority, Deadline deadline, Caller caller) {
    this.caller = caller;
    this.name = name;
    this.lane = lane;
    this.rows = rows;
    this.priority = priority;
    this.deadline = deadline;
  }

  static FakeWork of(String name, Lane lane) {
    return of(name, lane, 1);
  }

  static FakeWork of(String name, Lane lane, int rows) {
    return new FakeWork(name, lane, rows, Priority.NORMAL, Deadline.NONE);
  }

  /** Work of a caller, named after it. */
  static FakeWork by(String caller, Lane lane, int rows) {
    return new FakeWork(caller, lane, rows, Priority.NORMAL, Deadline.NONE, new Caller(caller));
  }

  void cancel() {
    cancelled.set(true);
  }

  CompletableFuture<ErrorReason> refusal() {
    return refusal;
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    return 100L * rows;
  }

  @Override
  public Deadline deadline() {
    return deadline;
  }

  @Override
  public Priority priority() {
    return priority;
  }

  @Override
  public Caller caller() {
    return caller;
  }

  @Override
  public boolean isCancelled() {
    return cancelled.get();
  }

  @Override
  public void refuse(ServingException reason) {
    refusal.complete(reason.reason());
  }

  @Override
  public String toString() {
    return name;
  }
}
