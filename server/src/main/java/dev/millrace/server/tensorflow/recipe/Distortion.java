package dev.millrace.server.tensorflow.recipe;

/**
 * How far training images are distorted, each by an amount of its own that is drawn anew for every
 * step.
 *
 * @param rotation most degrees, either way
 * @param scale most share by which an image grows or shrinks
 * @param shift most pixels along each axis, either way
 * @param elastic most pixels that a place moves against its neighbourhood
 */
record Distortion(float rotation, float scale, float shift, float elastic) {
  static final Distortion NONE = new Distortion(0, 0, 0, 0);

  /** True when images are turned, scaled or shifted as a whole. */
  boolean isAffine() {
    return rotation > 0 || scale > 0 || shift > 0;
  }

  boolean isElastic() {
    return elastic > 0;
  }
}
