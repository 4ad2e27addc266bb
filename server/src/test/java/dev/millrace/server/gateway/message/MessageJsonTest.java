package dev.millrace.server.gateway.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DataType;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.TrainingEvent;
import dev.millrace.v1.TrainingProgress;
import dev.millrace.v1.TrainingSpec;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageJsonTest {
  private static <B extends Message.Builder> B read(String json, B target) {
    MessageJson.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), target);
    return target;
  }

  private static String write(Message message) {
    return new String(MessageJson.bytes(message), StandardCharsets.UTF_8);
  }

  @Test
  void message_ofEveryKindOfField_isReadBackAsItWas() {
    Message[] messages = {
      PredictRequest.newBuilder()
          .setModel("a\"\\\u0000\u2028é")
          .addOutputs("x")
          .putInputs(
              "t",
              Tensor.newBuilder()
                  .setDtype(DataType.DATA_TYPE_STRING)
                  .addShape(Long.MIN_VALUE)
                  .addStrings(ByteString.copyFrom(new byte[] {-1, 0, 1}))
                  .setData(ByteString.copyFromUtf8("data"))
                  .addInts(Long.MAX_VALUE)
                  .build())
          .build(),
      PromoteRequest.newBuilder()
          .setAllowBreaking(true)
          .setBakeDuration(Duration.newBuilder().setSeconds(-3).setNanos(-500_000_000))
          .build(),
      TrainingSpec.newBuilder().setSeed(0).putParameters("steps", "1").build(),
      HistoryEvent.newBuilder()
          .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(1))
          .setToVersion(3)
          .build(),
      TrainingEvent.newBuilder()
          .setSequence(7)
          .setProgress(TrainingProgress.newBuilder().setLoss(0.1).setStep(1L << 60))
          .build()
    };
    for (Message message : messages) {
      assertThat(read(write(message), message.newBuilderForType()).build()).isEqualTo(message);
    }
  }

  @Test
  void floats_ofAnyBits_areReadBackAsTheyWere() {
    Random random = new Random(7);
    Tensor.Builder tensor = Tensor.newBuilder();
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      tensor.addFloats(Float.isNaN(value) ? Float.NaN : value);
    }
    assertThat(read(write(tensor.build()), Tensor.newBuilder()).build()).isEqualTo(tensor.build());
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "16777216, 1.6777216E7",
    "2e-44, 2.0E-44",
    "1.0E10, 1.0E10",
    "-0.0, -0.0"
  })
  void float_written_isTheShortestThatReadsBack(float value, String text) {
    assertThat(write(Tensor.newBuilder().addFloats(value).build())).contains("[" + text + "]");
  }

  @Test
  void fields_byBothTheirNamesAndForms_areRead() {
    assertThat(
            read(
                    "{\"routing_key\": \"a\", \"signature\": null, \"inputs\": {\"x\": {\"dtype\": 1,"
                        + " \"shape\": [1.0, \"2\", 3e0], \"floats\": [\"NaN\", \"-Infinity\", 1]}}}",
                    PredictRequest.newBuilder())
                .build())
        .isEqualTo(
            PredictRequest.newBuilder()
                .setRoutingKey("a")
                .putInputs(
                    "x",
                    Tensor.newBuilder()
                        .setDtype(DataType.DATA_TYPE_FLOAT32)
                        .addShape(1)
                        .addShape(2)
                        .addShape(3)
                        .addFloats(Float.NaN)
                        .addFloats(Float.NEGATIVE_INFINITY)
                        .addFloats(1)
                        .build())
                .build());
    assertThat(read("{\"data\": \"_-8\"}", Tensor.newBuilder()).getData())
        .isEqualTo(ByteString.copyFrom(new byte[] {-1, -17}));
    assertThat(read("", Tensor.newBuilder()).build()).isEqualTo(Tensor.getDefaultInstance());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"traffic\": {\"canaries\": {}}}",
        "{\"traffic\": {\"canaries\": [null]}}",
        "{\"traffic\": {\"canaries\": [{\"version\": 1.5}]}}",
        "{\"traffic\": {\"canaries\": [{\"version\": 99999999999999999999}]}}",
        "{\"traffic\": {\"canaries\": [{\"share\": 1e999}]}}",
        "{\"traffic\": {\"canaries\": [{\"share\": true}]}}",
        "{\"traffic\": []}",
        "{\"etag\": 1}",
        "{\"etag\": \"a\", \"etag\": \"b\"}",
        "{\"nothing\": 1}",
        "{\"etag\": \"a\"} 1",
        "[",
        "\"\\ud800",
        "{\"etag\"",
        "NaN"
      })
  void json_thatIsWrong_isRefusedAndNotADefect(String json) {
    ServingException refused =
        catchThrowableOfType(
            ServingException.class, () -> read(json, SetTrafficRequest.newBuilder()));
    assertThat(refused).as(json).isNotNull();
    assertThat(refused.reason().name()).isEqualTo("REQUEST_MALFORMED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\0\0\0\0\"model\": \"m\"}", "\0\0:\0{}"})
  void json_whatLooksLikeAnEncodingThatIsNone_isRefused(String text) {
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(
            () -> MessageJson.read(new ByteArrayInputStream(json), PredictRequest.newBuilder()))
        .withMessageContaining("not in UTF-8");
  }

  @Test
  void json_cutOrChangedAnywhere_isReadOrRefused() {
    String json =
        write(
            PredictRequest.newBuilder()
                .setModel("m")
                .putInputs("x", Tensor.newBuilder().addFloats(1).addShape(1).build())
                .build());
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder changed = new StringBuilder(json);
      for (int change = random.nextInt(3); change >= 0; change--) {
        changed.setCharAt(random.nextInt(changed.length()), (char) random.nextInt(128));
      }
      String text = changed.substring(0, random.nextInt(changed.length()) + 1);
      try {
        read(text, PredictRequest.newBuilder());
      } catch (ServingException refused) {
        assertThat(refused.reason().name()).isEqualTo("REQUEST_MALFORMED");
      }
    }
  }
}
