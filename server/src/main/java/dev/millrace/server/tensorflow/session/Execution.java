package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.ExecutionMode;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;

/**
 * A way of running as TensorFlow is told it.
 *
 * @param config pools of the session. TensorFlow gives each session its own only where {@code
 *     TF_OVERRIDE_GLOBAL_THREADPOOL} is set in the environment; otherwise the first session's size
 *     holds for all
 * @param load options of the load: no pool at all
 * @param run options of a run
 * @param cutsOff true when a run ends with its deadline; a run in the calling thread never does
 */
record Execution(ConfigProto config, RunOptions load, RunOptions run, boolean cutsOff) {
  private static final int CALLING_THREAD = -1;

  static Execution of(ExecutionMode mode, int cores) {
    boolean all = mode == ExecutionMode.ALL_CORES;
    RunOptions calling = RunOptions.newBuilder().setInterOpThreadPool(CALLING_THREAD).build();
    return new Execution(
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(all ? cores : 1)
            .setInterOpParallelismThreads(all ? cores : 1)
            .build(),
        calling,
        all ? RunOptions.getDefaultInstance() : calling,
        all);
  }
}
