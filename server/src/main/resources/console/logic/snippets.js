/**
 * The same request as somebody would send it elsewhere. The picture goes as a PNG where the model takes files, which is
 * short enough for a command line.
 *
 * @param {{origin: string, grpc: string, model: string, ask: object, key: boolean}} call `model` is a resource name,
 *     `ask` the request without it
 */
export function curl({origin, model, ask, key}) {
  return [
    `curl -s ${origin}/api/v1/${model}:predict \\`,
    ...(key ? [`  -H "authorization: Bearer $MILLRACE_API_KEY" \\`] : []),
    `  -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(ask)}'`,
  ].join('\n');
}

export function grpcurl({grpc, model, ask, key}) {
  return [
    'grpcurl -plaintext \\',
    ...(key ? [`  -H "authorization: Bearer $MILLRACE_API_KEY" \\`] : []),
    `  -d '${JSON.stringify({model, ...ask})}' \\`,
    `  ${grpc} millrace.v1.InferenceService/Predict`,
  ].join('\n');
}

/** With the SDK, `dev.millrace:millrace-client`. */
export function java({grpc, model, png}) {
  const [, name, kind, which] = model.split('/');
  const of = kind === 'versions' ? `.version(${which})` : kind === 'labels' ? `.label("${which}")` : '';
  return [
    `Path picture = Files.write(Path.of("digit.png"), Base64.getDecoder().decode(`,
    `    "${png}"));`,
    `try (MillraceClient client = MillraceClient.connect("${grpc}")) {`,
    `  Classification digit = client.model("${name}")${of}.classify(picture).get(0);`,
    `  System.out.println(digit.label() + " with " + digit.confidence());`,
    `}`,
  ].join('\n');
}
