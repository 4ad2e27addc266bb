package dev.millrace.server.model;

/**
 * Why a request was refused. Names are part of the API: they never change meaning and are never
 * reused.
 */
public enum ErrorReason {
  /** A name, id or resource has the wrong form. */
  NAME_INVALID(Category.INVALID_ARGUMENT),
  /** The request's bytes are no message of the expected type. */
  REQUEST_MALFORMED(Category.INVALID_ARGUMENT),
  /** An input of the signature is not in the request. */
  INPUT_MISSING(Category.INVALID_ARGUMENT),
  /** The request has an input that the signature lacks. */
  INPUT_UNEXPECTED(Category.INVALID_ARGUMENT),
  /** The request asks for an output that the signature lacks. */
  OUTPUT_UNKNOWN(Category.INVALID_ARGUMENT),
  /** A tensor's element type is not the signature's. */
  DTYPE_MISMATCH(Category.INVALID_ARGUMENT),
  /** A tensor's rank, or a fixed dimension, is not the signature's; or the shape is none. */
  SHAPE_MISMATCH(Category.INVALID_ARGUMENT),
  /** A tensor's bytes or elements are more or fewer than its shape asks for. */
  DATA_SIZE_MISMATCH(Category.INVALID_ARGUMENT),
  /** A tensor carries its values in two forms, or in one that its dtype does not have. */
  TENSOR_FORM_AMBIGUOUS(Category.INVALID_ARGUMENT),
  /** The model itself refused the values. */
  VALUE_REJECTED(Category.INVALID_ARGUMENT),
  /** A recipe's parameter is unknown, of the wrong form or out of range. */
  PARAMETER_INVALID(Category.INVALID_ARGUMENT),
  /** A page size is out of range. */
  PAGE_SIZE_INVALID(Category.INVALID_ARGUMENT),
  /** A page token was not given out by this server. */
  PAGE_TOKEN_INVALID(Category.INVALID_ARGUMENT),
  /** A label has the wrong form, or is one that this call does not move. */
  LABEL_INVALID(Category.INVALID_ARGUMENT),
  /** Shares of traffic are out of range or add up to more than all. */
  TRAFFIC_INVALID(Category.INVALID_ARGUMENT),
  /** An upload breaks the rules of paths, sizes, digests or order. */
  IMPORT_INVALID(Category.INVALID_ARGUMENT),
  /** An HTTP body has a media type, or a compression, that the call does not take. */
  MEDIA_TYPE_UNSUPPORTED(Category.INVALID_ARGUMENT),
  /** A page of another origin made the request, and the server does not allow that. */
  ORIGIN_REFUSED(Category.PERMISSION_DENIED),
  /** An HTTP request was sent to another host's name. */
  HOST_REFUSED(Category.PERMISSION_DENIED),
  /** The call needs an API key, a token or a client certificate, and came without. */
  CREDENTIALS_MISSING(Category.UNAUTHENTICATED),
  /** The key, token or certificate is unknown, forged, expired, revoked or not meant for here. */
  CREDENTIALS_INVALID(Category.UNAUTHENTICATED),
  /** The caller is known, and may not do this. */
  PERMISSION_MISSING(Category.PERMISSION_DENIED),
  /** An HTTP path leads nowhere. */
  ROUTE_NOT_FOUND(Category.NOT_FOUND),
  /** An HTTP path is there, and does not take this method. */
  METHOD_NOT_ALLOWED(Category.UNIMPLEMENTED),
  /** The request took too long to arrive. */
  REQUEST_TOO_SLOW(Category.DEADLINE_EXCEEDED),
  /** A message or header is larger than the server takes. */
  REQUEST_TOO_LARGE(Category.RESOURCE_EXHAUSTED),
  /** The caller has used as much as it may, for now. */
  QUOTA_EXCEEDED(Category.RESOURCE_EXHAUSTED),
  /** The caller's budget of the month is spent. */
  BUDGET_SPENT(Category.RESOURCE_EXHAUSTED),
  /** No model of this name is served. */
  MODEL_NOT_FOUND(Category.NOT_FOUND),
  /** The model has no such version. */
  VERSION_NOT_FOUND(Category.NOT_FOUND),
  /** The model has no such label. */
  LABEL_NOT_FOUND(Category.NOT_FOUND),
  /** The version has no such signature. */
  SIGNATURE_NOT_FOUND(Category.NOT_FOUND),
  /** No recipe has this name. */
  RECIPE_NOT_FOUND(Category.NOT_FOUND),
  /** No dataset has this name. */
  DATASET_NOT_FOUND(Category.NOT_FOUND),
  /** No training job has this name. */
  JOB_NOT_FOUND(Category.NOT_FOUND),
  /** No evaluation has this name. */
  EVALUATION_NOT_FOUND(Category.NOT_FOUND),
  /** No upload of this id is under way. */
  IMPORT_NOT_FOUND(Category.NOT_FOUND),
  /** The version exists and is not available now. */
  VERSION_NOT_READY(Category.UNAVAILABLE),
  /** More is asked than the server can take on now. */
  OVERLOADED(Category.UNAVAILABLE),
  /** The server is stopping. */
  DRAINING(Category.UNAVAILABLE),
  /** The model repository takes no writes now: its disk is full or read-only. */
  REPOSITORY_UNWRITABLE(Category.UNAVAILABLE),
  /** The audit log takes no lines, so that no change can be made. */
  AUDIT_UNWRITABLE(Category.UNAVAILABLE),
  /** The datasets folder takes no writes. */
  DATASETS_UNWRITABLE(Category.UNAVAILABLE),
  /** The version could not be loaded. */
  LOAD_FAILED(Category.FAILED_PRECONDITION),
  /** The version was loaded and then failed on the requests of its warm-up. */
  WARM_UP_FAILED(Category.FAILED_PRECONDITION),
  /** The file in which an operator chooses how the model is run has an error. */
  SETTINGS_INVALID(Category.FAILED_PRECONDITION),
  /** The version's files are not those of its manifest. */
  DIGEST_MISMATCH(Category.FAILED_PRECONDITION),
  /** The model takes signed versions alone, and this one has no signature. */
  VERSION_UNSIGNED(Category.FAILED_PRECONDITION),
  /** The version's signature is of nobody who is trusted, or for other files. */
  VERSION_SIGNATURE_INVALID(Category.FAILED_PRECONDITION),
  /** The model has an op, or a size, that this server does not take. */
  MODEL_REFUSED(Category.FAILED_PRECONDITION),
  /**
   * The model ended, or hung, the process in which it was tried, or gave other answers than it
   * promised.
   */
  TRIAL_FAILED(Category.FAILED_PRECONDITION),
  /** There is no room in memory for the version. */
  MEMORY_BUDGET_EXCEEDED(Category.FAILED_PRECONDITION),
  /** A label, a canary, a shadow or a bake period needs the version. */
  VERSION_IN_USE(Category.FAILED_PRECONDITION),
  /** A list of models would put a label on a version that is not available. */
  LABEL_UNAVAILABLE(Category.FAILED_PRECONDITION),
  /** The promotion would break callers of the champion. */
  SIGNATURE_BREAKING(Category.FAILED_PRECONDITION),
  /** The version has not passed the gate of its model, and nobody overrode that with a reason. */
  GATE_REFUSED(Category.FAILED_PRECONDITION),
  /** No prediction of this name waits for feedback. */
  PREDICTION_NOT_FOUND(Category.NOT_FOUND),
  /** The version was not judged yet. */
  JUDGEMENT_NOT_FOUND(Category.NOT_FOUND),
  /** The model has no champion before the present one. */
  NO_FORMER_VERSION(Category.FAILED_PRECONDITION),
  /** The dataset's files are damaged or not of the expected form. */
  DATASET_INVALID(Category.FAILED_PRECONDITION),
  /** There is a dataset of this name already, with other files. */
  DATASET_EXISTS(Category.FAILED_PRECONDITION),
  /** The version that a run shall go on from does not fit its recipe, parameters or dataset. */
  PARENT_UNFIT(Category.FAILED_PRECONDITION),
  /** The training job has ended already. */
  JOB_FINISHED(Category.FAILED_PRECONDITION),
  /** The training process ended without a result. */
  WORKER_DIED(Category.FAILED_PRECONDITION),
  /** The server stopped while the job ran. */
  SERVER_RESTARTED(Category.FAILED_PRECONDITION),
  /** The training run itself failed. */
  TRAINING_FAILED(Category.FAILED_PRECONDITION),
  /** The version takes no examples of the dataset's form, or tells no classes. */
  EVALUATION_UNFIT(Category.FAILED_PRECONDITION),
  /** A defect ended the evaluation; the log tells more. */
  EVALUATION_FAILED(Category.FAILED_PRECONDITION),
  /** The version has no gradient signature, and its input is no picture that could be covered. */
  NOT_EXPLAINABLE(Category.FAILED_PRECONDITION),
  /** The resource has changed since the caller saw it. */
  ETAG_MISMATCH(Category.ABORTED),
  /** A later change wants the opposite of what was waited for. */
  SUPERSEDED(Category.ABORTED),
  /** No event of this number exists yet. */
  SEQUENCE_OUT_OF_RANGE(Category.OUT_OF_RANGE),
  /** The deadline passed before the answer was ready. */
  DEADLINE_EXPIRED(Category.DEADLINE_EXCEEDED),
  /** The caller went away. */
  CALLER_CANCELLED(Category.CANCELLED),
  /** The wire has this call or option, and this server does not do it. */
  UNSUPPORTED(Category.UNIMPLEMENTED),
  /** A defect of the server or of the model; the log tells more under the request id. */
  INTERNAL(Category.INTERNAL);

  /** The canonical code that a reason belongs to. */
  public enum Category {
    INVALID_ARGUMENT,
    UNAUTHENTICATED,
    PERMISSION_DENIED,
    NOT_FOUND,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNAVAILABLE,
    RESOURCE_EXHAUSTED,
    DEADLINE_EXCEEDED,
    CANCELLED,
    UNIMPLEMENTED,
    INTERNAL
  }

  private final Category category;

  ErrorReason(Category category) {
    this.category = category;
  }

  /** The canonical code. */
  public Category category() {
    return category;
  }
}
