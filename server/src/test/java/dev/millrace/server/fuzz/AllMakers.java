package dev.millrace.server.fuzz;

import java.util.List;
import java.util.Random;

/** Calls of all wires, mixed. */
final class AllMakers implements CallMaker {
  private final Random random;
  private final CallMaker ofNative;
  private final CallMaker kserve;
  private final TfServingMaker tfServing;
  private final CallMaker examples;
  private final CallMaker questions;
  private final CallMaker changes;
  private final boolean changing;

  /**
   * Makers out of a seed.
   *
   * @param changing true to change what is served now and then
   */
  AllMakers(Random random, List<Target> targets, boolean changing) {
    this.random = random;
    this.ofNative = new RequestMaker(random, targets, new TensorMaker(random));
    this.kserve = new KserveMaker(random, targets);
    this.tfServing = new TfServingMaker(random, targets);
    this.examples = new ExampleMaker(random, tfServing);
    this.questions = new QuestionMaker(random, targets, tfServing);
    this.changes = new ChangeMaker(random, targets);
    this.changing = changing;
  }

  @Override
  public FuzzCall next() {
    if (changing && random.nextInt(8) == 0) {
      return changes.next();
    }
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> ofNative.next();
      case 3, 4, 5 -> kserve.next();
      case 6, 7, 8 -> tfServing.next();
      case 9, 10 -> examples.next();
      default -> questions.next();
    };
  }
}
