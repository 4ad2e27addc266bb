package dev.millrace.server.testing;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A servable that gives its input "x" back as "y", and counts. */
public final class FakeServable implements Servable {
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger closes = new AtomicInteger();

  @Override
  public SortedMap<String, Signature> signatures() {
    TensorSpec spec = new TensorSpec(DataType.FLOAT32, ShapeSpec.of(-1, 2));
    SortedMap<String, TensorSpec> inputs = new TreeMap<>(Map.of("x", spec));
    SortedMap<String, TensorSpec> outputs = new TreeMap<>(Map.of("y", spec));
    return new TreeMap<>(Map.of(Signature.DEFAULT_NAME, new Signature(inputs, outputs)));
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
    runs.incrementAndGet();
    return Map.of("y", inputs.values().iterator().next());
  }

  @Override
  public void close() {
    closes.incrementAndGet();
  }

  public int runs() {
    return runs.get();
  }

  public int closes() {
    return closes.get();
  }
}
