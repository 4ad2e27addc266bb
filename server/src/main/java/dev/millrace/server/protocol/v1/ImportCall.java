package dev.millrace.server.protocol.v1;

import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.repository.ImportPlan;
import dev.millrace.server.repository.StagedImport;
import dev.millrace.server.rollout.Imports;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One call that sends a version. */
final class ImportCall
    extends UploadCall<ImportVersionRequest, ImportVersionResponse, StagedImport> {
  private final Imports imports;
  private final String actor;

  ImportCall(
      Imports imports,
      ServerCallStreamObserver<ImportVersionResponse> observer,
      StatusMapper statuses,
      Executor finishing,
      String actor) {
    super(observer, statuses, finishing);
    this.imports = imports;
    this.actor = actor;
  }

  @Override
  void take(ImportVersionRequest message) {
    switch (message.getContentCase()) {
      case PLAN -> plan(ImportCalls.decode(message.getPlan()));
      case PIECE -> piece(message.getPiece());
      case CONTENT_NOT_SET -> throw empty();
    }
  }

  private void plan(ImportPlan plan) {
    requireFirst();
    Optional<Imports.Imported> published = imports.published(plan);
    if (published.isEmpty()) {
      StagedImport upload = imports.begin(plan);
      hold(upload);
      // Another call may have finished it in between.
      published = imports.published(plan);
      published.ifPresent(already -> imports.abandon(upload));
    }
    published.map(ImportCall::encode).ifPresent(this::answer);
  }

  @Override
  void write(StagedImport into, String path, long offset, ByteBuffer data) {
    into.write(path, offset, data);
  }

  @Override
  ImportVersionResponse finish(StagedImport whole) {
    return encode(imports.finish(whole, actor));
  }

  @Override
  void close(StagedImport held) {
    held.close();
  }

  private static ImportVersionResponse encode(Imports.Imported imported) {
    return ImportVersionResponse.newBuilder()
        .setVersion(imported.version().resource())
        .setDigest(imported.digest())
        .build();
  }
}
