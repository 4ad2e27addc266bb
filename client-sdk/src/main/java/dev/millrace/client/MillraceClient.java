package dev.millrace.client;

import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.EvaluateRequest;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.ListEvaluationsRequest;
import dev.millrace.v1.ListEvaluationsResponse;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ListModelsResponse;
import dev.millrace.v1.ListRecipesRequest;
import dev.millrace.v1.ListTrainingJobsRequest;
import dev.millrace.v1.ListTrainingJobsResponse;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.RecipeServiceGrpc;
import dev.millrace.v1.TrainingServiceGrpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a Millrace server, or to all the servers behind a name. Thread-safe: one client
 * serves a whole program.
 *
 * <p>Calls end by their deadline, 30 seconds unless told otherwise. What fails with UNAVAILABLE is
 * tried again, up to four times in all within the deadline, when the server asks for it or after a
 * growing pause; nothing else is.
 */
public final class MillraceClient implements AutoCloseable {
  private static final int PAGE_SIZE = 100;

  private final Channel channel;

  private MillraceClient(Channel channel) {
    this.channel = channel;
  }

  /**
   * Connects, when the first call is made.
   *
   * @param target {@code host:port}, or a gRPC target such as {@code
   *     dns:///millrace-headless:8500}; if the name has several addresses, calls go to them in turn
   */
  public static MillraceClient connect(String target) {
    return builder(target).build();
  }

  /** Connects with other options. */
  public static Builder builder(String target) {
    return new Builder(target);
  }

  /** A model. */
  public ModelHandle model(String id) {
    return new ModelHandle(channel, id);
  }

  /** All models, by name. */
  public List<ModelInfo> models() {
    List<ModelInfo> models = new ArrayList<>();
    String token = "";
    do {
      ListModelsRequest request =
          ListModelsRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(token).build();
      ListModelsResponse page =
          Channel.await(
              Channel.future(
                  channel
                      .timed(ModelServiceGrpc.newFutureStub(channel.grpc()))
                      .listModels(request)));
      page.getModelsList().forEach(model -> models.add(Codec.decode(model)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return models;
  }

  /**
   * Creates a training job and returns at once. A retry within the call never creates a second one.
   */
  public TrainingJobHandle train(TrainingRequest request) {
    CreateTrainingJobRequest message =
        CreateTrainingJobRequest.newBuilder()
            .setSpec(Codec.encode(request))
            .setRequestId(UUID.randomUUID().toString())
            .build();
    TrainingJobInfo job =
        Channel.await(
            Channel.future(
                    channel
                        .timed(TrainingServiceGrpc.newFutureStub(channel.grpc()))
                        .createTrainingJob(message))
                .thenApply(response -> Codec.decode(response.getTrainingJob())));
    return trainingJob(job.id());
  }

  /** A training job by its id. */
  public TrainingJobHandle trainingJob(String id) {
    return new TrainingJobHandle(channel, id);
  }

  /** All training jobs, newest first. */
  public List<TrainingJobInfo> trainingJobs() {
    List<TrainingJobInfo> jobs = new ArrayList<>();
    String token = "";
    do {
      ListTrainingJobsRequest request =
          ListTrainingJobsRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(token).build();
      ListTrainingJobsResponse page =
          Channel.await(
              Channel.future(
                  channel
                      .timed(TrainingServiceGrpc.newFutureStub(channel.grpc()))
                      .listTrainingJobs(request)));
      page.getTrainingJobsList().forEach(job -> jobs.add(Codec.decode(job)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return jobs;
  }

  /** The datasets of the server. */
  public DatasetLibrary datasets() {
    return new DatasetLibrary(channel);
  }

  /** The ways in which the server can train, by name. */
  public List<RecipeInfo> recipes() {
    return RecipeCodec.decode(
        Channel.await(
            Channel.future(
                channel
                    .timed(RecipeServiceGrpc.newFutureStub(channel.grpc()))
                    .listRecipes(ListRecipesRequest.getDefaultInstance()))));
  }

  /**
   * Creates an evaluation and returns at once. A retry within the call never creates a second one.
   */
  public EvaluationHandle evaluate(EvaluationRequest request) {
    EvaluateRequest message =
        EvaluateRequest.newBuilder()
            .setSpec(EvaluationCodec.encode(request))
            .setRequestId(UUID.randomUUID().toString())
            .build();
    EvaluationInfo created =
        Channel.await(
            Channel.future(
                    channel
                        .timed(EvaluationServiceGrpc.newFutureStub(channel.grpc()))
                        .evaluate(message))
                .thenApply(response -> EvaluationCodec.decode(response.getEvaluation())));
    return evaluation(created.id());
  }

  /** An evaluation by its id. */
  public EvaluationHandle evaluation(String id) {
    return new EvaluationHandle(channel, id);
  }

  /** All evaluations without their misread examples, newest first. */
  public List<EvaluationInfo> evaluations() {
    List<EvaluationInfo> evaluations = new ArrayList<>();
    String token = "";
    do {
      ListEvaluationsRequest request =
          ListEvaluationsRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(token).build();
      ListEvaluationsResponse page =
          Channel.await(
              Channel.future(
                  channel
                      .timed(EvaluationServiceGrpc.newFutureStub(channel.grpc()))
                      .listEvaluations(request)));
      page.getEvaluationsList().forEach(one -> evaluations.add(EvaluationCodec.decode(one)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return evaluations;
  }

  /** What callers used, and what it costs. */
  public UsageHandle usage() {
    return new UsageHandle(channel);
  }

  /** Breaks off what is under way and closes the connection. */
  @Override
  public void close() {
    channel.grpc().shutdownNow();
    try {
      channel.grpc().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Options of a client. Not thread-safe. */
  public static final class Builder {
    private static final int DEFAULT_MESSAGE_BYTES = 64 << 20;

    private final String target;
    private Duration deadline = Duration.ofSeconds(30);
    private int maxMessageBytes = DEFAULT_MESSAGE_BYTES;
    private int maxAttempts = 4;
    private Optional<ClientTls> tls = Optional.empty();
    private Optional<Credentials> credentials = Optional.empty();

    private Builder(String target) {
      if (target.isBlank()) {
        throw new IllegalArgumentException("the target is empty; write host:port");
      }
      this.target =
          target.contains("://") || target.startsWith("dns:") ? target : "dns:///" + target;
    }

    /** Longest time a call may take, retries counted. Default 30 seconds. */
    public Builder deadline(Duration longest) {
      if (longest.isZero() || longest.isNegative()) {
        throw new IllegalArgumentException("a deadline of " + longest + " leaves no time");
      }
      deadline = longest;
      return this;
    }

    /** Largest answer taken, in bytes. Default 64 MiB. */
    public Builder maxMessageBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("messages of " + bytes + " bytes");
      }
      maxMessageBytes = bytes;
      return this;
    }

    /** How often a call is tried in all while the server is UNAVAILABLE, 1 to 5. Default 4. */
    public Builder maxAttempts(int attempts) {
      if (attempts < 1 || attempts > 5) {
        throw new IllegalArgumentException(attempts + " attempts are not 1 to 5");
      }
      maxAttempts = attempts;
      return this;
    }

    /** Encrypts, and trusts servers that Java trusts. Default: plain text. */
    public Builder tls() {
      return tls(ClientTls.system());
    }

    /** Encrypts. */
    public Builder tls(ClientTls how) {
      tls = Optional.of(how);
      return this;
    }

    /**
     * Says who calls. In plain text only to this machine, unless the credentials allow more.
     * Default: nobody.
     */
    public Builder credentials(Credentials who) {
      credentials = Optional.of(who);
      return this;
    }

    /**
     * The client.
     *
     * @throws java.io.UncheckedIOException if a file of TLS cannot be read
     * @throws IllegalArgumentException if one is not what it should be
     */
    public MillraceClient build() {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forTarget(
                  target,
                  tls.map(ClientTls::credentials).orElseGet(InsecureChannelCredentials::create))
              .defaultLoadBalancingPolicy("round_robin")
              .maxInboundMessageSize(maxMessageBytes);
      if (maxAttempts > 1) {
        builder.enableRetry().defaultServiceConfig(retryOnUnavailable());
      } else {
        builder.disableRetry();
      }
      tls.map(ClientTls::serverName)
          .filter(name -> !name.isEmpty())
          .ifPresent(builder::overrideAuthority);
      credentials.ifPresent(who -> builder.intercept(new CredentialHeaders(who)));
      ManagedChannel grpc = builder.build();
      return new MillraceClient(new Channel(grpc, deadline));
    }

    private Map<String, Object> retryOnUnavailable() {
      Map<String, Object> policy =
          Map.of(
              "maxAttempts",
              (double) maxAttempts,
              "initialBackoff",
              "0.1s",
              "maxBackoff",
              "2s",
              "backoffMultiplier",
              2.0,
              "retryableStatusCodes",
              List.of("UNAVAILABLE"));
      // An upload is not sent again from its beginning, but taken up where it broke off.
      Map<String, Object> upload =
          Map.of("service", "millrace.v1.ModelService", "method", "ImportVersion");
      Map<String, Object> dataset =
          Map.of("service", "millrace.v1.DatasetService", "method", "ImportDataset");
      return Map.of(
          "methodConfig",
          List.of(
              Map.of("name", List.of(Map.of()), "retryPolicy", policy),
              Map.of("name", List.of(upload, dataset))));
    }
  }
}
