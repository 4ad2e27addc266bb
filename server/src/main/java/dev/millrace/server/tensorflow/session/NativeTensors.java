package dev.millrace.server.tensorflow.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Dim;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorType;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * A row of native tensors, as a run takes or gives them. Owns those that are put in; confined to
 * one thread.
 */
final class NativeTensors implements AutoCloseable {
  private final PointerPointer<TF_Tensor> handles;
  private final TF_Tensor[] tensors;
  private final TensorLedger ledger;

  NativeTensors(int count, TensorLedger ledger) {
    this.handles = new PointerPointer<>(count);
    this.tensors = new TF_Tensor[count];
    this.ledger = ledger;
    for (int i = 0; i < count; i++) {
      handles.put(i, null);
    }
  }

  PointerPointer<TF_Tensor> handles() {
    return handles;
  }

  /** Copies a tensor into native memory, once. */
  void put(int index, TensorData tensor) {
    TF_Tensor copy =
        tensor.dtype() == DataType.STRING ? StringTensors.allocate(tensor) : allocate(tensor);
    tensors[index] = copy;
    ledger.opened();
    handles.put(index, copy);
  }

  /** Takes over what a run has written into {@link #handles}. */
  void adopt() {
    for (int i = 0; i < tensors.length; i++) {
      TF_Tensor tensor = handles.get(TF_Tensor.class, i);
      if (tensor != null && !tensor.isNull()) {
        tensors[i] = tensor;
        ledger.opened();
      }
    }
  }

  /** Copies a tensor to the heap, once. */
  TensorData read(int index) {
    TF_Tensor tensor = tensors[index];
    long[] sizes = new long[TF_NumDims(tensor)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = TF_Dim(tensor, i);
    }
    Shape shape = Shape.of(sizes);
    DataType dtype = DataType.ofNumber(TF_TensorType(tensor));
    if (dtype == DataType.STRING) {
      return StringTensors.read(tensor, shape);
    }
    byte[] bytes = new byte[Math.toIntExact(TF_TensorByteSize(tensor))];
    if (bytes.length > 0) {
      new BytePointer(TF_TensorData(tensor)).get(bytes);
    }
    return TensorData.ofBytes(dtype, shape, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  @Override
  public void close() {
    for (TF_Tensor tensor : tensors) {
      if (tensor != null) {
        TF_DeleteTensor(tensor);
        ledger.closed();
      }
    }
    handles.close();
  }

  private static TF_Tensor allocate(TensorData tensor) {
    long[] sizes = tensor.shape().toArray();
    long byteCount = tensor.byteCount();
    TF_Tensor copy = TF_AllocateTensor(tensor.dtype().number(), sizes, sizes.length, byteCount);
    if (copy == null || copy.isNull()) {
      throw new OutOfMemoryError("no native memory for " + tensor);
    }
    if (byteCount > 0) {
      ByteBuffer target = new BytePointer(TF_TensorData(copy)).capacity(byteCount).asByteBuffer();
      tensor.parts().forEach(target::put);
    }
    return copy;
  }
}
