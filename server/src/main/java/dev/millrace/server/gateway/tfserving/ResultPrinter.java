package dev.millrace.server.gateway.tfserving;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.proto.tfserving.ClassificationResult;
import dev.millrace.proto.tfserving.Classifications;
import dev.millrace.proto.tfserving.GetModelMetadataResponse;
import dev.millrace.proto.tfserving.GetModelStatusResponse;
import dev.millrace.proto.tfserving.Regression;
import dev.millrace.proto.tfserving.RegressionResult;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.gateway.json.MessagePrinter;
import dev.millrace.server.gateway.json.StrictJson;

/** Writes all answers but those of Predict. Thread-safe. */
final class ResultPrinter {
  static final String SIGNATURES = "signature_def";
  private static final int HINT = 2000;

  private final StrictJson json;
  private final MessagePrinter messages = new MessagePrinter(true);

  ResultPrinter(StrictJson json) {
    this.json = json;
  }

  byte[] classes(ClassificationResult result) {
    return json.write(
        HINT,
        generator -> {
          generator.writeStartObject();
          generator.writeArrayFieldStart("results");
          for (Classifications row : result.getClassificationsList()) {
            generator.writeStartArray();
            for (dev.millrace.proto.tfserving.Class one : row.getClassesList()) {
              generator.writeStartArray();
              generator.writeString(one.getLabel());
              generator.writeNumber(one.getScore());
              generator.writeEndArray();
            }
            generator.writeEndArray();
          }
          generator.writeEndArray();
          generator.writeEndObject();
        });
  }

  byte[] values(RegressionResult result) {
    return json.write(
        HINT,
        generator -> {
          generator.writeStartObject();
          generator.writeArrayFieldStart("results");
          for (Regression regression : result.getRegressionsList()) {
            generator.writeNumber(regression.getValue());
          }
          generator.writeEndArray();
          generator.writeEndObject();
        });
  }

  byte[] status(GetModelStatusResponse response) {
    return json.write(HINT, generator -> messages.write(generator, response));
  }

  byte[] metadata(GetModelMetadataResponse response) {
    SignatureDefMap signatures = signatures(response);
    return json.write(
        HINT,
        generator -> {
          generator.writeStartObject();
          generator.writeFieldName("model_spec");
          generator.writeStartObject();
          generator.writeStringField("name", response.getModelSpec().getName());
          generator.writeStringField("signature_name", response.getModelSpec().getSignatureName());
          generator.writeStringField(
              "version", Long.toString(response.getModelSpec().getVersion().getValue()));
          generator.writeEndObject();
          generator.writeObjectFieldStart("metadata");
          generator.writeFieldName(SIGNATURES);
          messages.write(generator, signatures);
          generator.writeEndObject();
          generator.writeEndObject();
        });
  }

  static SignatureDefMap signatures(GetModelMetadataResponse response) {
    try {
      return response
          .getMetadataOrDefault(SIGNATURES, Any.getDefaultInstance())
          .unpack(SignatureDefMap.class);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
