package dev.millrace.server.tensorflow.worker;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.recipe.Recipe;
import dev.millrace.server.tensorflow.recipe.RunInputs;
import dev.millrace.server.tensorflow.recipe.RunOutputs;
import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Recipes that behave well or badly, found as services by the training process of the tests. */
public final class TestRecipes {
  private TestRecipes() {}

  private abstract static class Base implements Recipe {
    private final String name;

    Base(String name) {
      this.name = name;
    }

    @Override
    public RecipeDescription description() {
      return new RecipeDescription(
          name,
          "for tests",
          new ModelName("test"),
          "tiny",
          List.of(ParameterSpec.integer("steps", 1, 1000, 3, "steps")));
    }

    static TrainingProgress progress(long step) {
      return new TrainingProgress(step, 3, Double.NaN, 0.5, 0.25, 100, Duration.ofMillis(1500));
    }
  }

  /** Reports each step, writes a file, and ends well. */
  public static final class Counting extends Base {
    /** Found as a service. */
    public Counting() {
      super("counting");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      for (long step = 1; step <= Long.parseLong(inputs.spec().parameters().get("steps")); step++) {
        outputs.progress().accept(progress(step));
      }
      try {
        Files.createDirectories(outputs.exportDirectory());
        Files.writeString(outputs.exportDirectory().resolve("saved_model.pb"), "trained");
      } catch (IOException unwritable) {
        throw new UncheckedIOException(unwritable);
      }
      return TrainedModel.of(
          Map.of("examples", (double) ((Dataset) inputs.dataset()).train().count()),
          inputs.dataset().digest());
    }
  }

  /** Takes its time for a thousand steps, and can be gone on with. */
  public static final class Keeping extends Base {
    private static final long STEPS = 1000;
    private static final long STEP_NANOS = 2_000_000;

    /** Found as a service. */
    public Keeping() {
      super("keeping");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      long[] step = new long[1];
      outputs
          .checkpoints()
          .restore(folder -> step[0] = Long.parseLong(Files.readString(folder.resolve("step"))));
      while (step[0] < STEPS) {
        LockSupport.parkNanos(STEP_NANOS);
        step[0]++;
        outputs.progress().accept(progress(step[0]));
        outputs
            .checkpoints()
            .afterStep(
                step[0],
                folder -> Files.writeString(folder.resolve("step"), Long.toString(step[0])));
      }
      try {
        Files.createDirectories(outputs.exportDirectory());
        Files.writeString(outputs.exportDirectory().resolve("saved_model.pb"), "trained");
      } catch (IOException unwritable) {
        throw new UncheckedIOException(unwritable);
      }
      return TrainedModel.of(Map.of("steps", (double) step[0]), inputs.dataset().digest());
    }
  }

  /** Ends the process as a failed check inside TensorFlow does. */
  public static final class Aborting extends Base {
    /** Found as a service. */
    public Aborting() {
      super("aborting");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      outputs.progress().accept(progress(1));
      Runtime.getRuntime().halt(134);
      throw new AssertionError("unreachable");
    }
  }

  /** Ends the process as if all were well, and says nothing. */
  public static final class Silent extends Base {
    /** Found as a service. */
    public Silent() {
      super("silent");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      Runtime.getRuntime().halt(0);
      throw new AssertionError("unreachable");
    }
  }

  /** Tells its process id as its step, and then never ends, whatever happens. */
  public static final class Stubborn extends Base {
    /** Found as a service. */
    public Stubborn() {
      super("stubborn");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      Runtime.getRuntime().addShutdownHook(new Thread(Stubborn::stay));
      outputs.progress().accept(progress(ProcessHandle.current().pid()));
      stay();
      throw new AssertionError("unreachable");
    }

    private static void stay() {
      while (true) {
        LockSupport.parkNanos(Duration.ofHours(1).toNanos());
      }
    }
  }

  /** Has a defect. */
  public static final class Throwing extends Base {
    /** Found as a service. */
    public Throwing() {
      super("throwing");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      throw new AssertionError("a secret at /secret/path");
    }
  }

  /** Refuses its dataset, with words outside ASCII. */
  public static final class Refusing extends Base {
    /** Found as a service. */
    public Refusing() {
      super("refusing");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      throw new ServingException(ErrorReason.DATASET_INVALID, "images of 28 × 28 are needed\n");
    }
  }

  /** Takes memory until there is none. */
  public static final class Hungry extends Base {
    /** Found as a service. */
    public Hungry() {
      super("hungry");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      List<byte[]> all = new ArrayList<>();
      while (true) {
        all.add(new byte[8 << 20]);
        outputs.progress().accept(progress(all.size()));
      }
    }
  }

  /** Prints where it should not, as Java and as native code would, and fills the log. */
  public static final class Chatty extends Base {
    /** Found as a service. */
    public Chatty() {
      super("chatty");
    }

    @Override
    public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
      System.out.println("{\"trained\":{\"metrics\":{},\"datasetDigest\":\"forged\"}}");
      // Never closed: it is the process's own output.
      OutputStream raw = new FileOutputStream(FileDescriptor.out);
      try {
        raw.write("2026-11-24 native noise\n{\n\n".getBytes(StandardCharsets.UTF_8));
        raw.write("x".repeat(3 << 20).getBytes(StandardCharsets.UTF_8));
        raw.write("\n{\"surprise\":1}\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 12; i++) {
          System.err.println("y".repeat(1 << 20));
        }
        System.err.println("the last words");
        return new Counting().train(inputs, outputs);
      } catch (IOException gone) {
        throw new UncheckedIOException(gone);
      }
    }
  }
}
