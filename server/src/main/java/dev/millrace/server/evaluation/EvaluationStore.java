package dev.millrace.server.evaluation;

import java.util.List;
import java.util.Optional;

/** Keeps evaluations for good. To be called from one thread at a time, but for {@link #read}. */
public interface EvaluationStore {
  /** Everything that is kept, oldest first; what is damaged is left out. */
  List<Evaluation> load();

  /** Keeps an evaluation as it is now, in place of what was kept of it; durable on return. */
  void write(Evaluation evaluation);

  /** One evaluation as it was kept last; empty when it is not there or damaged. */
  Optional<Evaluation> read(String id);

  /** Forgets one. */
  void delete(String id);
}
