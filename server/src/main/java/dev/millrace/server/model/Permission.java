package dev.millrace.server.model;

import java.util.Locale;

/** What a caller may be allowed to do with a model. */
public enum Permission {
  /** See the model, its versions, jobs, measurements and history. */
  VIEW,
  /** Send it examples, and say what the right answer was. */
  PREDICT,
  /** Train and evaluate, and upload datasets. */
  TRAIN,
  /** Upload versions, load them, and choose which one serves. */
  PUBLISH,
  /** Delete, and change the server itself. */
  ADMIN;

  /** As it is written in errors and in the documentation. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
