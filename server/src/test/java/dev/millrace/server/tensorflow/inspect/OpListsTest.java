package dev.millrace.server.tensorflow.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetAllOpList;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;

final class OpListsTest {
  private final OpLists lists = new OpLists();

  @Test
  void lists_everyOpOfThisTensorFlow_isJudged() throws Exception {
    assertThat(TensorFlow.version()).startsWith("2.18.");
    try (TF_Buffer buffer = TF_GetAllOpList()) {
      List<String> unknown =
          OpList.parseFrom(new BytePointer(buffer.data()).capacity(buffer.length()).asByteBuffer())
              .getOpList()
              .stream()
              .map(OpDef::getName)
              .filter(op -> !lists.knows(op))
              .toList();
      assertThat(unknown).isEmpty();
    }
  }

  @Test
  void lists_readersAndWritersAndStrangers_areNotAllowed() {
    for (String op :
        List.of(
            "ReadFile",
            "WriteFile",
            "MatchingFiles",
            "TFRecordDatasetV2",
            "PyFunc",
            "EagerPyFunc",
            "RpcCall",
            "DebugIdentityV2",
            "SaveDatasetV2",
            "RemoteCall",
            "XlaCallModule",
            "Abort",
            "SaveV2",
            "RestoreV2",
            "InitializeTableFromTextFileV2",
            "SomeCustomOp",
            "")) {
      assertThat(lists.allows(op)).as(op).isFalse();
    }
  }

  @Test
  void lists_noOp_isOnBoth() {
    for (String op : List.of("Conv2D", "MatMul", "StatefulPartitionedCall", "LookupTableFindV2")) {
      assertThat(lists.allows(op)).as(op).isTrue();
      assertThat(lists.refusal(op)).as(op).isEmpty();
    }
  }
}
