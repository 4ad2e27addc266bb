package dev.millrace.server.testing;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/** A servable of signatures that take "x" and give "y", as a test scripts it. */
public final class ScriptedServable implements Servable {
  private final SortedMap<String, Signature> signatures = new TreeMap<>();
  private final List<Integer> rows = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();
  private Function<TensorData, TensorData> answer = x -> x;
  private IntFunction<Duration> cost = n -> Duration.ZERO;
  private PuppetNanos clock = new PuppetNanos();
  private int closes;

  /** One signature, {@link Signature#DEFAULT_NAME}, of rows of two floats. */
  public static ScriptedServable ofFloats() {
    return new ScriptedServable().with(Signature.DEFAULT_NAME, signature(ShapeSpec.of(-1, 2)));
  }

  /** FLOAT32 of a shape to the same. */
  public static Signature signature(ShapeSpec shape) {
    return signature(new TensorSpec(DataType.FLOAT32, shape));
  }

  /** "x" of a spec to "y" of the same. */
  public static Signature signature(TensorSpec spec) {
    return new Signature(new TreeMap<>(Map.of("x", spec)), new TreeMap<>(Map.of("y", spec)));
  }

  public ScriptedServable with(String name, Signature signature) {
    signatures.put(name, signature);
    return this;
  }

  /** What becomes of "x"; may throw. Nothing at first. */
  public ScriptedServable answering(Function<TensorData, TensorData> script) {
    answer = script;
    return this;
  }

  /** Each run takes so long on that clock, by its rows. No time at first. */
  public ScriptedServable taking(PuppetNanos nanos, IntFunction<Duration> byRows) {
    clock = nanos;
    cost = byRows;
    return this;
  }

  /** Rows of every run, in order; 1 for a scalar. */
  public List<Integer> rows() {
    return rows;
  }

  /** Signatures of every run, in order. */
  public List<String> ran() {
    return ran;
  }

  public int closes() {
    return closes;
  }

  @Override
  public SortedMap<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public long memoryBytes() {
    return 1000;
  }

  @Override
  public Map<String, TensorData> run(
      String signature,
      Map<String, TensorData> inputs,
      Collection<String> outputs,
      Deadline deadline) {
    TensorData x = inputs.values().iterator().next();
    int count = x.shape().rank() == 0 ? 1 : (int) x.shape().size(0);
    rows.add(count);
    ran.add(signature);
    clock.pass(cost.apply(count));
    return Map.of("y", answer.apply(x));
  }

  @Override
  public void close() {
    closes++;
  }
}
