package dev.millrace.server.tensorflow.inspect;

import static dev.millrace.server.tensorflow.inspect.RefusedGraphException.quoted;

import java.util.Collection;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.MetaGraphDef;

/**
 * Holds the ops that touch files to the only ways in which a SavedModel needs them: its saver reads
 * the variables from where the loader says, and its initialiser fills tables from its assets. The
 * signatures {@code save} and {@code restore} touch the file that a training run names, and no
 * caller can run them. What callers run touches no file at all. One model, one thread.
 */
final class FileUse {
  private final GraphView graph;
  private final RunTensors runs;
  private final FileNames names;

  FileUse(MetaGraphDef metaGraph, GraphView graph) {
    this.graph = graph;
    this.runs = new RunTensors(metaGraph);
    this.names = new FileNames(graph);
  }

  void check() throws RefusedGraphException {
    Set<String> assets = runs.assetNames();
    refuse(runs.served(), FileOps::isOne, "a signature");
    refuse(runs.initial(), FileOps::isSaver, "the initialiser");
    refuse(runs.restoring(), op -> FileOps.isSaver(op) && !FileOps.isRestore(op), "the restore op");
    refuse(runs.keeping(), op -> FileOps.isOne(op) && !FileOps.isPlain(op), "save or restore");
    names.check(runs.keeping(), runs.keptNames(), FileOps::isPlain, "the path that it is given");
    names.check(runs.initial(), assets, FileOps::isTable, "an asset of the model");
    names.check(runs.restoring(), assets, FileOps::isTable, "an asset of the model");
    names.check(
        runs.restoring(), runs.checkpointNames(), FileOps::isRestore, "the model's own variables");
  }

  private void refuse(Collection<String> fetches, Predicate<String> ops, String who)
      throws RefusedGraphException {
    for (GraphView.Located located : graph.reachable(fetches)) {
      String op = located.node().getOp();
      if (ops.test(op)) {
        throw new RefusedGraphException(
            "op "
                + quoted(op)
                + " in node "
                + quoted(located.node().getName())
                + " touches files when "
                + who
                + " runs");
      }
    }
  }
}
