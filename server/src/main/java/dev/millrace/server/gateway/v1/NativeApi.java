package dev.millrace.server.gateway.v1;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.HttpRoutes;
import dev.millrace.server.gateway.RequestBody;
import dev.millrace.server.gateway.RequestId;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.RecipeServiceGrpc;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The native API under {@code /api/v1}: each call at the paths that its annotation gives, with JSON
 * or protobuf as the body, and streams as server-sent events. Thread-safe.
 */
public final class NativeApi implements HttpRoutes, HttpService {
  /** The services of the API; what they have is found by their annotations. */
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          InferenceServiceGrpc.getServiceDescriptor(),
          ModelServiceGrpc.getServiceDescriptor(),
          TrainingServiceGrpc.getServiceDescriptor(),
          EvaluationServiceGrpc.getServiceDescriptor(),
          DatasetServiceGrpc.getServiceDescriptor(),
          RecipeServiceGrpc.getServiceDescriptor(),
          GateServiceGrpc.getServiceDescriptor(),
          FeedbackServiceGrpc.getServiceDescriptor(),
          UsageServiceGrpc.getServiceDescriptor());

  private static final int LARGEST_INLINE = 64 << 10;

  private final List<NativeRoute> routes;
  private final ServiceCalls calls;
  private final HttpErrors errors;
  private final Executor executor;
  private final Classification classification;
  private final DatasetForm datasets;

  /**
   * The routes.
   *
   * @param executor parses and writes what is large
   * @param nanoTime tells how long an answer took
   */
  public NativeApi(
      ServiceCalls calls, HttpErrors errors, Executor executor, LongSupplier nanoTime) {
    this.routes = NativeRoute.of(SERVICES);
    this.calls = calls;
    this.errors = errors;
    this.executor = executor;
    this.classification = new Classification(calls, errors, nanoTime);
    this.datasets = new DatasetForm(calls, errors, executor);
  }

  @Override
  public void addTo(ServerBuilder builder) {
    builder.serviceUnder("/api/v1", this);
  }

  List<NativeRoute> routes() {
    return routes;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    for (NativeRoute route : routes) {
      if (route.takes(request.method())) {
        Optional<Map<String, String>> variables = route.path().match(context.path());
        if (variables.isPresent()) {
          return answer(route, variables.get(), context, request);
        }
      }
    }
    Optional<String> classified = Classification.model(context.path());
    Optional<String> uploaded = DatasetForm.dataset(context.path());
    boolean posts = request.method() == HttpMethod.POST;
    if (classified.isPresent() && posts) {
      return classification.serve(classified.get(), context, request);
    }
    return uploaded.isPresent() && posts
        ? datasets.serve(uploaded.get(), context, request)
        : nothing(context, classified.isPresent() || uploaded.isPresent());
  }

  private HttpResponse answer(
      NativeRoute route,
      Map<String, String> variables,
      ServiceRequestContext context,
      HttpRequest request) {
    return HttpResponse.of(
        RequestBody.read(context, request)
            .thenCompose(
                body ->
                    CompletableFuture.supplyAsync(
                        () -> call(route, variables, context, request, body),
                        body.length > LARGEST_INLINE ? executor : Runnable::run))
            .exceptionally(failure -> errors.response(RequestId.of(context), failure)));
  }

  @SuppressWarnings("unchecked")
  private HttpResponse call(
      NativeRoute route,
      Map<String, String> variables,
      ServiceRequestContext context,
      HttpRequest request,
      byte[] body) {
    MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>) route.call();
    Message message =
        RequestMessage.of(
            route, prototype(method), variables, query(context), request.contentType(), body);
    if (route.isStream()) {
      return EventStream.open(
          calls, context, method, Resumption.apply(message, request.headers()), errors);
    }
    AnswerForm form = AnswerForm.of(request.headers());
    boolean table = UsageCsv.isWanted(method.getFullMethodName(), request.headers());
    return HttpResponse.of(
        calls
            .unary(context, method, message)
            .thenCompose(
                answer ->
                    CompletableFuture.supplyAsync(
                        () ->
                            table
                                ? UsageCsv.response((GetUsageResponse) answer)
                                : form.response(answer, context.alloc()),
                        answer.getSerializedSize() > LARGEST_INLINE ? executor : Runnable::run))
            .exceptionally(failure -> errors.response(RequestId.of(context), failure)));
  }

  private static Message prototype(MethodDescriptor<Message, Message> method) {
    return (Message)
        ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
            .getMessagePrototype();
  }

  private static QueryParams query(ServiceRequestContext context) {
    String query = context.query();
    return query == null ? QueryParams.of() : QueryParams.fromQueryString(query);
  }

  /** No such path, or a path that is there for other methods. */
  private HttpResponse nothing(ServiceRequestContext context, boolean takesPost) {
    TreeSet<String> methods = new TreeSet<>();
    if (takesPost) {
      methods.add(HttpMethod.POST.name());
    }
    routes.stream()
        .filter(route -> route.path().match(context.path()).isPresent())
        .forEach(route -> methods.add(route.verb().name()));
    String allowed = String.join(", ", methods);
    if (allowed.isEmpty()) {
      return errors.response(
          RequestId.of(context),
          new ServingException(
              ErrorReason.ROUTE_NOT_FOUND,
              "the API has nothing at this path; /api lists what it has"));
    }
    context.setAdditionalResponseHeader(HttpHeaderNames.ALLOW, allowed);
    return errors.response(
        RequestId.of(context),
        new ServingException(
            ErrorReason.METHOD_NOT_ALLOWED, "this path takes " + allowed + " only"));
  }
}
