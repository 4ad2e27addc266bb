package dev.millrace.server.tensorflow.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorflow.proto.TensorProto;

/**
 * Turns {@code tensorflow.serving.PredictionLog} messages into requests and back. The messages are
 * read by their numbers: their types are TensorFlow Serving's, not TensorFlow's.
 */
public final class PredictionLogs {
  private static final String DEFAULT_SIGNATURE = "serving_default";

  private static final int LOG_PREDICT = 6;
  private static final int PREDICT_REQUEST = 1;
  private static final int PREDICT_RESPONSE = 2;
  private static final int RESPONSE_OUTPUTS = 1;
  private static final int REQUEST_MODEL = 1;
  private static final int REQUEST_INPUTS = 2;
  private static final int REQUEST_OUTPUTS = 3;
  private static final int MODEL_SIGNATURE = 3;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;

  private PredictionLogs() {}

  /**
   * The request of a message; empty if it logs something else than a prediction.
   *
   * @param message is shared by the request's tensors, not copied
   * @param budget what the tensors take is taken from it
   * @throws DamagedRecordException if it is no such message, or holds what is no dense tensor
   */
  public static Optional<WarmUpRequest> read(byte[] message, ByteBudget budget)
      throws DamagedRecordException {
    try {
      MessageFields log = MessageFields.of(UnsafeByteOperations.unsafeWrap(message));
      if (!log.has(LOG_PREDICT)) {
        return Optional.empty();
      }
      MessageFields predict = MessageFields.of(log.message(LOG_PREDICT));
      MessageFields request = MessageFields.of(predict.message(PREDICT_REQUEST));
      String signature = MessageFields.of(request.message(REQUEST_MODEL)).text(MODEL_SIGNATURE);
      Map<String, TensorData> inputs = tensors(request.all(REQUEST_INPUTS), budget);
      List<String> outputs = new ArrayList<>();
      for (ByteString output : request.all(REQUEST_OUTPUTS)) {
        outputs.add(MessageFields.text(output));
      }
      return Optional.of(
          new WarmUpRequest(signature.isEmpty() ? DEFAULT_SIGNATURE : signature, inputs, outputs));
    } catch (DamagedRecordException damaged) {
      throw damaged;
    } catch (IOException malformed) {
      throw new DamagedRecordException("it is no PredictionLog", malformed);
    }
  }

  /**
   * The request of a message and the answer that it got; empty if it logs something else than a
   * prediction, or no answer.
   *
   * @param message is shared by the tensors, not copied
   * @param budget what the tensors take is taken from it
   * @throws DamagedRecordException if it is no such message, or holds what is no dense tensor
   */
  public static Optional<AnsweredRequest> readAnswered(byte[] message, ByteBudget budget)
      throws DamagedRecordException {
    Optional<WarmUpRequest> request = read(message, budget);
    if (request.isEmpty()) {
      return Optional.empty();
    }
    try {
      MessageFields log = MessageFields.of(UnsafeByteOperations.unsafeWrap(message));
      MessageFields predict = MessageFields.of(log.message(LOG_PREDICT));
      MessageFields response = MessageFields.of(predict.message(PREDICT_RESPONSE));
      Map<String, TensorData> outputs = tensors(response.all(RESPONSE_OUTPUTS), budget);
      return outputs.isEmpty()
          ? Optional.empty()
          : Optional.of(new AnsweredRequest(request.get(), outputs));
    } catch (DamagedRecordException damaged) {
      throw damaged;
    } catch (IOException malformed) {
      throw new DamagedRecordException("it is no PredictionLog", malformed);
    }
  }

  /** A message that logs a request and its answer, without a model's name or version. */
  public static byte[] write(AnsweredRequest answered) {
    return log(
        message(PREDICT_REQUEST, request(answered.request()))
            .concat(
                message(
                    PREDICT_RESPONSE,
                    entries(answered.outputs(), RESPONSE_OUTPUTS).build().toByteString())));
  }

  /** A message that logs a request, without a model's name or version. */
  public static byte[] write(WarmUpRequest request) {
    return log(message(PREDICT_REQUEST, request(request)));
  }

  private static byte[] log(ByteString predict) {
    return message(LOG_PREDICT, predict).toByteArray();
  }

  private static ByteString request(WarmUpRequest request) {
    UnknownFieldSet.Builder predict = entries(request.inputs(), REQUEST_INPUTS);
    predict.mergeLengthDelimitedField(
        REQUEST_MODEL, message(MODEL_SIGNATURE, ByteString.copyFromUtf8(request.signature())));
    for (String output : request.outputs()) {
      predict.mergeLengthDelimitedField(REQUEST_OUTPUTS, ByteString.copyFromUtf8(output));
    }
    return predict.build().toByteString();
  }

  private static UnknownFieldSet.Builder entries(Map<String, TensorData> tensors, int field) {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) ->
                message.mergeLengthDelimitedField(
                    field,
                    message(ENTRY_KEY, ByteString.copyFromUtf8(name))
                        .concat(message(ENTRY_VALUE, TensorProtos.write(tensor).toByteString()))));
    return message;
  }

  private static Map<String, TensorData> tensors(List<ByteString> entries, ByteBudget budget)
      throws IOException {
    Map<String, TensorData> tensors = new HashMap<>();
    for (ByteString bytes : entries) {
      MessageFields entry = MessageFields.of(bytes);
      TensorProto tensor = tensor(entry.message(ENTRY_VALUE));
      tensors.put(entry.text(ENTRY_KEY), TensorProtos.read(tensor, budget));
    }
    return tensors;
  }

  private static TensorProto tensor(ByteString bytes) throws IOException {
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    try {
      TensorProto tensor = TensorProto.parseFrom(in);
      in.checkLastTagWas(0);
      return tensor;
    } catch (InvalidProtocolBufferException malformed) {
      throw new DamagedRecordException("an input is no TensorProto", malformed);
    }
  }

  private static ByteString message(int number, ByteString field) {
    return UnknownFieldSet.newBuilder()
        .mergeLengthDelimitedField(number, field)
        .build()
        .toByteString();
  }
}
