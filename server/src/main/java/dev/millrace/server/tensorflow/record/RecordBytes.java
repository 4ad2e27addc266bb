package dev.millrace.server.tensorflow.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.millrace.server.inference.recording.RecordedRequest;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The bytes of a {@code tensorflow.serving.PredictionLog} with its metadata, put together in the
 * one array that goes to the disk: a tensor's elements are copied once. Stateless.
 */
final class RecordBytes {
  private static final int LOG_METADATA = 1;
  private static final int LOG_PREDICT = 6;
  private static final int METADATA_MODEL = 1;
  private static final int METADATA_SAMPLING = 2;
  private static final int METADATA_TAGS = 3;
  private static final int SAMPLING_RATE = 1;
  private static final int PREDICT_REQUEST = 1;
  private static final int PREDICT_RESPONSE = 2;
  private static final int REQUEST_MODEL = 1;
  private static final int REQUEST_INPUTS = 2;
  private static final int REQUEST_OUTPUTS = 3;
  private static final int RESPONSE_OUTPUTS = 1;
  private static final int RESPONSE_MODEL = 2;
  private static final int MODEL_NAME = 1;
  private static final int MODEL_VERSION = 2;
  private static final int MODEL_SIGNATURE = 3;
  private static final int WRAPPED_VALUE = 1;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final String TAG = "serve";

  private RecordBytes() {}

  static byte[] of(RecordedRequest record) {
    ByteString model = model(record);
    Map<String, TensorProto> inputs = protos(record.inputs());
    Map<String, TensorProto> outputs = protos(record.outputs());
    ByteString metadata = metadata(record, model);
    int request = tensorsSize(inputs, REQUEST_INPUTS) + bytesSize(REQUEST_MODEL, model);
    for (String name : record.wanted()) {
      request += CodedOutputStream.computeStringSize(REQUEST_OUTPUTS, name);
    }
    int response =
        outputs.isEmpty()
            ? 0
            : tensorsSize(outputs, RESPONSE_OUTPUTS) + bytesSize(RESPONSE_MODEL, model);
    int predict =
        nested(PREDICT_REQUEST, request) + (response == 0 ? 0 : nested(PREDICT_RESPONSE, response));
    byte[] bytes = new byte[bytesSize(LOG_METADATA, metadata) + nested(LOG_PREDICT, predict)];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeBytes(LOG_METADATA, metadata);
      begin(out, LOG_PREDICT, predict);
      begin(out, PREDICT_REQUEST, request);
      out.writeBytes(REQUEST_MODEL, model);
      write(out, REQUEST_INPUTS, inputs);
      for (String name : record.wanted()) {
        out.writeString(REQUEST_OUTPUTS, name);
      }
      if (response > 0) {
        begin(out, PREDICT_RESPONSE, response);
        write(out, RESPONSE_OUTPUTS, outputs);
        out.writeBytes(RESPONSE_MODEL, model);
      }
      out.checkNoSpaceLeft();
      return bytes;
    } catch (IOException impossible) {
      throw new IllegalStateException("an array of the right size takes it", impossible);
    }
  }

  private static ByteString metadata(RecordedRequest record, ByteString model) {
    return message(
        bytesSize(METADATA_MODEL, model)
            + nested(
                METADATA_SAMPLING,
                CodedOutputStream.computeDoubleSize(SAMPLING_RATE, record.sample()))
            + CodedOutputStream.computeStringSize(METADATA_TAGS, TAG),
        out -> {
          out.writeBytes(METADATA_MODEL, model);
          begin(
              out,
              METADATA_SAMPLING,
              CodedOutputStream.computeDoubleSize(SAMPLING_RATE, record.sample()));
          out.writeDouble(SAMPLING_RATE, record.sample());
          out.writeString(METADATA_TAGS, TAG);
        });
  }

  private static ByteString model(RecordedRequest record) {
    String name = record.version().model().id();
    long number = record.version().number();
    int version = CodedOutputStream.computeInt64Size(WRAPPED_VALUE, number);
    return message(
        CodedOutputStream.computeStringSize(MODEL_NAME, name)
            + nested(MODEL_VERSION, version)
            + CodedOutputStream.computeStringSize(MODEL_SIGNATURE, record.signature()),
        out -> {
          out.writeString(MODEL_NAME, name);
          begin(out, MODEL_VERSION, version);
          out.writeInt64(WRAPPED_VALUE, number);
          out.writeString(MODEL_SIGNATURE, record.signature());
        });
  }

  /** Writes the fields of a small message. */
  private interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(int size, Fields fields) {
    byte[] bytes = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException impossible) {
      throw new IllegalStateException("an array of the right size takes it", impossible);
    }
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  private static Map<String, TensorProto> protos(Map<String, TensorData> tensors) {
    Map<String, TensorProto> protos = new TreeMap<>();
    tensors.forEach((name, tensor) -> protos.put(name, view(tensor)));
    return protos;
  }

  /** A message that shares the tensor's memory; it is written before anybody can change that. */
  private static TensorProto view(TensorData tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : tensor.shape().toArray()) {
      shape.addDimBuilder().setSize(size);
    }
    TensorProto.Builder proto =
        TensorProto.newBuilder().setDtypeValue(tensor.dtype().number()).setTensorShape(shape);
    if (tensor.dtype() == DataType.STRING) {
      for (ByteBuffer string : tensor.strings()) {
        proto.addStringVal(UnsafeByteOperations.unsafeWrap(string.duplicate()));
      }
    } else {
      proto.setTensorContent(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
    }
    return proto.build();
  }

  private static int tensorsSize(Map<String, TensorProto> tensors, int field) {
    int size = 0;
    for (Map.Entry<String, TensorProto> tensor : tensors.entrySet()) {
      size = Math.addExact(size, nested(field, entrySize(tensor)));
    }
    return size;
  }

  private static int entrySize(Map.Entry<String, TensorProto> tensor) {
    return CodedOutputStream.computeStringSize(ENTRY_KEY, tensor.getKey())
        + CodedOutputStream.computeMessageSize(ENTRY_VALUE, tensor.getValue());
  }

  private static void write(CodedOutputStream out, int field, Map<String, TensorProto> tensors)
      throws IOException {
    for (Map.Entry<String, TensorProto> tensor : tensors.entrySet()) {
      begin(out, field, entrySize(tensor));
      out.writeString(ENTRY_KEY, tensor.getKey());
      out.writeMessage(ENTRY_VALUE, tensor.getValue());
    }
  }

  private static void begin(CodedOutputStream out, int field, int size) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(size);
  }

  private static int nested(int field, int size) {
    return Math.addExact(
        CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(size),
        size);
  }

  private static int bytesSize(int field, ByteString bytes) {
    return CodedOutputStream.computeBytesSize(field, bytes);
  }
}
