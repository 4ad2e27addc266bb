package dev.millrace.server.protocol.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.audit.DenialBudget;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written down of calls, seen from a client. */
final class AuditedCallsTest {
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final String PROMOTE = "millrace.v1.ModelService/Promote";
  private static final String IMPORT = "millrace.v1.ModelService/ImportVersion";

  private final List<AuditEntry> written = new CopyOnWriteArrayList<>();
  private final StatusMapper statuses = new StatusMapper(() -> "error-1");
  private final FakeModels models = new FakeModels();
  private volatile boolean diskFull;
  private volatile @Nullable Status denial;
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    Supplier<String> ids = () -> "made-up";
    RefusedCalls refused =
        new RefusedCalls(
            this::append, new DenialBudget(3, 0, System::nanoTime), Runnable::run, ids);
    server =
        InProcessServerBuilder.forName("audited")
            .directExecutor()
            .addService(
                // The last one is the outermost.
                ServerInterceptors.intercept(
                    models.bindService(),
                    new AuditedCalls(this::append, statuses, ids),
                    new Denying(),
                    refused))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName("audited").directExecutor().build();
  }

  @AfterEach
  void stop() {
    if (channel != null && server != null) {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  @Test
  void change_done_isWrittenBeforeAndAfter() {
    models.answer = () -> PromoteResponse.getDefaultInstance();

    stub().promote(promotion());

    assertThat(written)
        .extracting(AuditEntry::decision)
        .containsExactly(Decision.ASKED, Decision.ALLOWED);
    assertThat(models.seenWritten).isEqualTo(1);
    AuditEntry asked = written.get(0);
    assertThat(asked.action()).isEqualTo(PROMOTE);
    assertThat(asked.target()).isEqualTo("models/m/versions/3");
    assertThat(asked.details()).containsEntry("reason", "better");
    assertThat(asked.request()).isEqualTo("made-up");
    assertThat(written.get(1)).isEqualTo(asked.ended(Decision.ALLOWED, "", ""));
  }

  @Test
  void requestId_ofTheCaller_isKeptWhereHarmless() {
    for (String id : List.of("mine-1", "a b", "x".repeat(65))) {
      Metadata headers = new Metadata();
      headers.put(REQUEST_ID, id);
      stub()
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .promote(promotion());
    }

    assertThat(written)
        .extracting(AuditEntry::request)
        .containsExactly("mine-1", "mine-1", "made-up", "made-up", "made-up", "made-up");
  }

  @Test
  void change_refusedByTheService_isWrittenWithItsReasonAlone() {
    models.answer =
        () -> {
          throw new ServingException(ErrorReason.VERSION_NOT_FOUND, "no secret-in-words there");
        };

    assertThat(code()).isEqualTo(Status.Code.NOT_FOUND);

    assertThat(written).hasSize(2);
    assertThat(written.get(1).decision()).isEqualTo(Decision.FAILED);
    assertThat(written.get(1).reason()).isEqualTo("VERSION_NOT_FOUND");
    assertThat(written.toString()).doesNotContain("secret-in-words");
  }

  @Test
  void change_lineCannotBeWritten_isNotMade() {
    diskFull = true;

    StatusRuntimeException refused = refusal();

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.getMessage()).contains("audit log");
    assertThat(models.calls).isZero();
    diskFull = false;
    stub().promote(promotion());
    assertThat(models.calls).isEqualTo(1);
  }

  @Test
  void reading_lineCannotBeWritten_goesOn() {
    diskFull = true;

    assertThat(stub().modelStatus(ModelStatusRequest.getDefaultInstance())).isNotNull();
    assertThat(written).isEmpty();
  }

  @Test
  void upload_planThenPieces_isWrittenOnceWithWhatCameOfIt() {
    Ended ended = new Ended();
    StreamObserver<ImportVersionRequest> upload =
        ModelServiceGrpc.newStub(channel).importVersion(ended);
    upload.onNext(
        ImportVersionRequest.newBuilder()
            .setPlan(ImportPlan.newBuilder().setModel("models/m").setImportId("i-1"))
            .build());
    upload.onNext(ImportVersionRequest.getDefaultInstance());
    upload.onCompleted();

    assertThat(models.pieces).isEqualTo(2);
    assertThat(written).extracting(AuditEntry::action).containsExactly(IMPORT, IMPORT);
    assertThat(written)
        .extracting(AuditEntry::target)
        .containsExactly("models/m", "models/m/versions/9");
    assertThat(written.get(0).details()).containsEntry("import_id", "i-1");
  }

  @Test
  void upload_lineCannotBeWritten_isRefusedAtItsPlan() {
    diskFull = true;
    Ended ended = new Ended();
    StreamObserver<ImportVersionRequest> upload =
        ModelServiceGrpc.newStub(channel).importVersion(ended);
    upload.onNext(ImportVersionRequest.getDefaultInstance());

    assertThat(Status.fromThrowable(ended.failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(models.pieces).isZero();
  }

  @Test
  void change_callerLeaves_isWrittenAsUnknown() {
    Ended ended = new Ended();
    StreamObserver<ImportVersionRequest> upload =
        ModelServiceGrpc.newStub(channel).importVersion(ended);
    upload.onNext(ImportVersionRequest.getDefaultInstance());
    upload.onError(Status.CANCELLED.asRuntimeException());

    assertThat(written)
        .extracting(AuditEntry::decision)
        .containsExactly(Decision.ASKED, Decision.UNKNOWN);
  }

  @Test
  void denied_onTheWay_isWrittenForEveryMethod() {
    denial = Status.UNAUTHENTICATED;
    assertThat(code()).isEqualTo(Status.Code.UNAUTHENTICATED);
    denial = Status.PERMISSION_DENIED;
    catchThrowableOfType(
        StatusRuntimeException.class,
        () -> stub().modelStatus(ModelStatusRequest.getDefaultInstance()));

    assertThat(written)
        .extracting(AuditEntry::action)
        .containsExactly(PROMOTE, "millrace.v1.ModelService/ModelStatus");
    assertThat(written).extracting(AuditEntry::decision).containsOnly(Decision.DENIED);
    assertThat(written.get(0).reason()).isEqualTo("UNAUTHENTICATED");
    assertThat(models.calls).isZero();
  }

  @Test
  void quotaUsedUp_onTheWay_isWrittenForChangesAlone() {
    denial = Status.RESOURCE_EXHAUSTED;
    assertThat(code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    catchThrowableOfType(
        StatusRuntimeException.class,
        () -> stub().modelStatus(ModelStatusRequest.getDefaultInstance()));

    assertThat(written).extracting(AuditEntry::action).containsExactly(PROMOTE);
    assertThat(written.get(0).decision()).isEqualTo(Decision.FAILED);
  }

  @Test
  void denied_manyTimes_isLeftOutBeyondTheBudget() {
    denial = Status.UNAUTHENTICATED;
    for (int i = 0; i < 50; i++) {
      assertThat(code()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    assertThat(written).hasSize(3);
  }

  @Test
  void missingService_method_isAnErrorOfItsOwn() {
    StatusRuntimeException unknown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub().getImport(GetImportRequest.getDefaultInstance()));
    assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(written).isEmpty();
  }

  private AuditMark append(AuditEntry entry) {
    if (diskFull) {
      throw new ServingException(ErrorReason.AUDIT_UNWRITABLE, "the audit log takes no lines");
    }
    written.add(entry);
    return AuditMark.NONE;
  }

  private ModelServiceGrpc.ModelServiceBlockingStub stub() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  private static PromoteRequest promotion() {
    return PromoteRequest.newBuilder().setName("models/m/versions/3").setReason("better").build();
  }

  private StatusRuntimeException refusal() {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub().promote(promotion()));
  }

  private Status.Code code() {
    return refusal().getStatus().getCode();
  }

  /** Refuses calls before they come to anything, as authentication does. */
  private final class Denying implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Status now = denial;
      if (now == null) {
        return next.startCall(call, headers);
      }
      call.close(now, new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private final class FakeModels extends ModelServiceGrpc.ModelServiceImplBase {
    private Supplier<PromoteResponse> answer = PromoteResponse::getDefaultInstance;
    private int calls;
    private int pieces;
    private int seenWritten;

    @Override
    public void promote(PromoteRequest request, StreamObserver<PromoteResponse> observer) {
      calls++;
      seenWritten = written.size();
      try {
        observer.onNext(answer.get());
        observer.onCompleted();
      } catch (ServingException refused) {
        observer.onError(statuses.toStatus(refused));
      }
    }

    @Override
    public void modelStatus(
        ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
      observer.onNext(ModelStatusResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public StreamObserver<ImportVersionRequest> importVersion(
        StreamObserver<ImportVersionResponse> observer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ImportVersionRequest message) {
          pieces++;
        }

        @Override
        public void onError(Throwable left) {
          // Nothing is held.
        }

        @Override
        public void onCompleted() {
          observer.onNext(
              ImportVersionResponse.newBuilder().setVersion("models/m/versions/9").build());
          observer.onCompleted();
        }
      };
    }
  }

  private static final class Ended implements StreamObserver<ImportVersionResponse> {
    private volatile Throwable failure = new IllegalStateException("it has not failed");

    @Override
    public void onNext(ImportVersionResponse response) {
      // The log tells.
    }

    @Override
    public void onError(Throwable ended) {
      failure = ended;
    }

    @Override
    public void onCompleted() {
      // The log tells.
    }
  }
}
