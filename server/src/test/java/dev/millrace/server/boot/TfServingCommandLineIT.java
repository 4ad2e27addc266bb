package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.testing.Command;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.SmallModels;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real program with a command line of TensorFlow Serving. */
@Timeout(180)
final class TfServingCommandLineIT {
  @TempDir private Path folder;

  @Test
  void program_longCommandLine_servesAndWarnsOnceOfEachFlagWithoutEffect() throws Exception {
    SmallModels.doubling(folder.resolve("exports/Half.Plus-Two/00000123"));
    Path models =
        Files.writeString(
            folder.resolve("models.config"),
            """
            model_config_list {
              config {
                name: "Half.Plus-Two" base_path: "%s" model_platform: "tensorflow"
                logging_config { sampling_config { sampling_rate: 0.5 } }
              }
            }
            """
                .formatted(folder.resolve("exports/Half.Plus-Two")));
    Path batching =
        Files.writeString(
            folder.resolve("batching.config"),
            "max_batch_size { value: 32 } thread_pool_name { value: 'x' }");
    try (RunningServer server =
        RunningServer.start(
            folder,
            "--repository=repository",
            "--data-dir=state",
            "--model_config_file=" + models,
            "--model_config_file_poll_wait_seconds",
            "60",
            "--enable_batching",
            "--batching_parameters_file=" + batching,
            "--rest_api_num_threads=16",
            "--rest_api_timeout_in_ms=5000",
            "--grpc_max_threads=4",
            "--tensorflow_intra_op_parallelism=2",
            "--tensorflow_inter_op_parallelism=2",
            "--enable_model_warmup=true",
            "--saved_model_tags=serve",
            "--flush_filesystem_caches=true")) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
      try {
        assertThat(
                PredictionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .predict(TfServingRig.request(TfServingRig.latest("Half.Plus-Two")))
                    .getModelSpec()
                    .getVersion()
                    .getValue())
            .isEqualTo(123);
      } finally {
        channel.shutdownNow();
      }
      List<String> warnings =
          Files.readAllLines(folder.resolve("server.log")).stream()
              .filter(line -> line.contains(" WARN "))
              .toList();
      for (String flag :
          List.of(
              "--rest_api_num_threads=16",
              "--rest_api_timeout_in_ms=5000",
              "--grpc_max_threads=4",
              "--tensorflow_intra_op_parallelism=2",
              "--tensorflow_inter_op_parallelism=2",
              "--flush_filesystem_caches=true",
              "thread_pool_name",
              "logging_config",
              "--host 0.0.0.0")) {
        assertThat(warnings.stream().filter(line -> line.contains(flag))).as(flag).hasSize(1);
      }
      assertThat(warnings).hasSize(9);
    }
  }

  @Test
  void program_unknownFlags_areErrorsWithTheNearestName() throws Exception {
    assertUnknown("--model_config_fil=x", "'--model_config_file'");
    assertUnknown("--scan-intervall", "'--scan-interval'");
    assertUnknown("--enable_batchin", "'--enable_batching'");
  }

  @Test
  void program_versionFlag_printsTheVersion() throws Exception {
    Command ended =
        Command.run(folder, List.of(RunningServer.program().toString(), "serve", "--version"));
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).startsWith("millrace ");
  }

  private void assertUnknown(String flag, String nearest) throws Exception {
    Command ended = Command.run(folder, List.of(RunningServer.program().toString(), "serve", flag));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("did you mean " + nearest);
  }
}
