package dev.millrace.server.tensorflow.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_STRING;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_Copy;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_Dealloc;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_GetDataPointer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_GetSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_Init;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.Deallocator_Pointer_long_Pointer;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * STRING tensors, which in TensorFlow are arrays of {@code TF_TString}. Their memory is given back
 * by TensorFlow through a callback when its last reference goes, since an op may hold on to an
 * input longer than the run lasts.
 */
final class StringTensors {
  private static final int ELEMENT = Loader.sizeof(TF_TString.class);
  private static final Deallocator_Pointer_long_Pointer RELEASE =
      new Deallocator_Pointer_long_Pointer() {
        @Override
        public void call(Pointer data, long length, Pointer ignored) {
          TF_TString elements = new TF_TString(data);
          for (long i = 0; i < length / ELEMENT; i++) {
            TF_TString_Dealloc(elements.getPointer(i));
          }
          Pointer.free(data);
        }
      };

  private StringTensors() {}

  /** A native copy of a STRING tensor. */
  static TF_Tensor allocate(TensorData tensor) {
    List<ByteBuffer> strings = tensor.strings();
    long length = (long) strings.size() * ELEMENT;
    Pointer memory = Pointer.malloc(Math.max(length, 1));
    if (memory.isNull()) {
      throw new OutOfMemoryError("no native memory for " + tensor);
    }
    TF_TString elements = new TF_TString(memory);
    for (int i = 0; i < strings.size(); i++) {
      TF_TString element = elements.getPointer(i);
      TF_TString_Init(element);
      copy(strings.get(i), element);
    }
    long[] sizes = tensor.shape().toArray();
    return TF_NewTensor(TF_STRING, sizes, sizes.length, memory, length, RELEASE, null);
  }

  /** The elements of a native STRING tensor, copied to the heap. */
  static TensorData read(TF_Tensor tensor, Shape shape) {
    int count = Math.toIntExact(shape.elementCount());
    List<ByteBuffer> strings = new ArrayList<>(count);
    TF_TString elements = count == 0 ? new TF_TString() : new TF_TString(TF_TensorData(tensor));
    for (int i = 0; i < count; i++) {
      TF_TString element = elements.getPointer(i);
      byte[] bytes = new byte[Math.toIntExact(TF_TString_GetSize(element))];
      TF_TString_GetDataPointer(element).get(bytes);
      strings.add(ByteBuffer.wrap(bytes));
    }
    return TensorData.ofStrings(shape, strings);
  }

  private static void copy(ByteBuffer string, TF_TString element) {
    byte[] bytes = new byte[string.remaining()];
    string.duplicate().get(bytes);
    try (BytePointer source = new BytePointer(bytes)) {
      TF_TString_Copy(element, source, bytes.length);
    }
  }
}
