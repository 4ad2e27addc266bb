package dev.millrace.server.training;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All jobs by id, which is by age, and by request id. Guarded by the lock of {@link TrainingJobs}.
 */
final class JobTable {
  private final JobIds ids;
  private final NavigableMap<String, JobSlot> slots = new TreeMap<>();
  private final Map<String, JobSlot> byRequestId = new HashMap<>();
  private Instant newest = Instant.EPOCH;

  JobTable(JobIds ids) {
    this.ids = ids;
  }

  void add(JobSlot slot) {
    JobRecord record = slot.record();
    slots.put(record.id(), slot);
    if (!record.requestId().isEmpty()) {
      byRequestId.put(record.requestId(), slot);
    }
    Instant time = JobIds.timeOf(record.id());
    newest = time.isAfter(newest) ? time : newest;
  }

  /** An id that sorts behind all others, also when two jobs share a millisecond. */
  String newId(Instant now) {
    Instant moment = now.truncatedTo(ChronoUnit.MILLIS);
    newest = moment.isAfter(newest) ? moment : newest.plusMillis(1);
    return ids.next(newest);
  }

  /**
   * One job.
   *
   * @throws dev.millrace.server.model.ServingException JOB_NOT_FOUND
   */
  JobSlot get(String id) {
    JobSlot slot = slots.get(id);
    if (slot == null) {
      throw JobRefusal.notFound(id);
    }
    return slot;
  }

  /** One job, if it is here. */
  Optional<JobSlot> find(String id) {
    return Optional.ofNullable(slots.get(id));
  }

  /** Forgets a job. */
  void remove(JobRecord record) {
    JobSlot slot = slots.remove(record.id());
    if (slot != null) {
      byRequestId.remove(record.requestId(), slot);
    }
  }

  Optional<JobSlot> ofRequest(String requestId) {
    return Optional.ofNullable(byRequestId.get(requestId));
  }

  /** Number of jobs that have not ended. */
  int unfinished() {
    return (int) slots.values().stream().filter(slot -> !slot.job().state().isFinal()).count();
  }

  Collection<JobSlot> newestFirst() {
    return slots.descendingMap().values();
  }
}
