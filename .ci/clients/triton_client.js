// Triton's JavaScript client idiom with @grpc/grpc-js: ModelInfer with raw contents, answers read back from Buffers.
// Arguments: the server's address, the cases' folder. NODE_PATH says where the packages are.
'use strict';

const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, folder] = process.argv.slice(2);
const CLIENT = '@grpc/grpc-js';
let passed = 0;
let failed = 0;

async function check(name, block) {
  try {
    await block();
    passed++;
    console.log(`ok    ${CLIENT}: ${name}`);
  } catch (fault) {
    failed++;
    console.log(`FAIL  ${CLIENT}: ${name}: ${String(fault).replace(/\s+/g, ' ').slice(0, 600)}`);
  }
}

function expect(condition, words) {
  if (!condition) throw new Error(words);
}

function connect() {
  const descriptors = fs.readFileSync(path.join(folder, 'triton.binpb'));
  const definition = loader.loadFileDescriptorSetFromBuffer(descriptors, { keepCase: true, longs: String, defaults: true });
  const Service = grpc.loadPackageDefinition(definition).inference.GRPCInferenceService;
  return new Service(address, grpc.credentials.createInsecure());
}

function call(client, method, request) {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 60000);
    client[method](request, { deadline }, (fault, answer) => (fault ? reject(fault) : resolve(answer)));
  });
}

const READERS = {
  BOOL: [1, (view, at) => view.getUint8(at)],
  INT8: [1, (view, at) => view.getInt8(at)],
  UINT8: [1, (view, at) => view.getUint8(at)],
  INT16: [2, (view, at) => view.getInt16(at, true)],
  UINT16: [2, (view, at) => view.getUint16(at, true)],
  INT32: [4, (view, at) => view.getInt32(at, true)],
  UINT32: [4, (view, at) => view.getUint32(at, true)],
  INT64: [8, (view, at) => view.getBigInt64(at, true)],
  UINT64: [8, (view, at) => view.getBigUint64(at, true)],
  FP32: [4, (view, at) => view.getFloat32(at, true)],
  FP64: [8, (view, at) => view.getFloat64(at, true)],
  // JavaScript has no half floats: their bits are compared.
  FP16: [2, (view, at) => view.getUint16(at, true)],
  BF16: [2, (view, at) => view.getUint16(at, true)],
};

function values(buffer, datatype) {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  const found = [];
  if (datatype === 'BYTES') {
    for (let at = 0; at < buffer.length; ) {
      const length = view.getUint32(at, true);
      found.push(buffer.subarray(at + 4, at + 4 + length).toString('latin1'));
      at += 4 + length;
    }
    return found;
  }
  const [width, read] = READERS[datatype];
  expect(buffer.length % width === 0, `${buffer.length} bytes of ${datatype}`);
  for (let at = 0; at < buffer.length; at += width) found.push(read(view, at));
  return found;
}

function near(expected, actual) {
  if (typeof expected !== 'number' || Number.isInteger(expected) || !Number.isFinite(expected)) {
    return Object.is(expected, actual) || expected === actual || Math.abs(expected - actual) < 1e-6;
  }
  return Math.abs(expected - actual) <= 1e-6 + 1e-5 * Math.abs(expected);
}

function compare(one, response) {
  const names = response.outputs.map((output) => output.name).sort();
  expect(String(names) === String(one.outputs.map((output) => output.name).sort()), `outputs ${names}`);
  expect(response.raw_output_contents.length === response.outputs.length, 'not one raw content for each output');
  response.outputs.forEach((output, index) => {
    const right = one.outputs.find((each) => each.name === output.name);
    expect(output.datatype === right.datatype, `${output.name} is ${output.datatype}, not ${right.datatype}`);
    expect(String(output.shape) === String(right.shape), `${output.name} is [${output.shape}], not [${right.shape}]`);
    const expected = values(Buffer.from(right.raw, 'base64'), right.datatype);
    const actual = values(response.raw_output_contents[index], output.datatype);
    expect(expected.length === actual.length, `${output.name} has ${actual.length} values, not ${expected.length}`);
    expected.forEach((value, at) => expect(near(value, actual[at]), `${output.name}[${at}] is ${actual[at]}, not ${value}`));
  });
}

function request(one) {
  return {
    model_name: one.model,
    model_version: one.version,
    id: 'js',
    inputs: one.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    raw_input_contents: one.inputs.map((input) => Buffer.from(input.raw, 'base64')),
  };
}

async function refused(client, name, changed, code, text) {
  await check(`refused: ${name}`, async () => {
    let fault = null;
    try {
      await call(client, 'ModelInfer', changed);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault, 'it was answered');
    expect(fault.code === code && fault.details.includes(text), `${fault.code} '${fault.details}'`);
  });
}

async function main() {
  const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json')));
  const client = connect();
  await check('ServerLive, ServerReady and ModelMetadata', async () => {
    expect((await call(client, 'ServerLive', {})).live, 'not live');
    expect((await call(client, 'ServerReady', {})).ready, 'not ready');
    const metadata = await call(client, 'ModelMetadata', { name: cases[0].model });
    expect(metadata.inputs[0].name === cases[0].inputs[0].name, JSON.stringify(metadata));
  });
  for (const one of cases) {
    await check(`${one.name}: values, datatypes and shapes as in Python`, async () => {
      const response = await call(client, 'ModelInfer', request(one));
      expect(response.id === 'js' && response.model_version === one.version, `${response.id} ${response.model_version}`);
      compare(one, response);
    });
  }
  const good = request(cases.find((one) => one.model === 'signatures'));
  const { NOT_FOUND, INVALID_ARGUMENT } = grpc.status;
  const unknown = { ...good, model_name: 'nobody' };
  await refused(client, 'unknown model', unknown, NOT_FOUND, "Request for unknown model: 'nobody' is not found");
  const short = { ...good, raw_input_contents: [good.raw_input_contents[0].subarray(0, 12)] };
  await refused(client, 'too few bytes', short, INVALID_ARGUMENT, "input byte size mismatch for input 'x' for model 'signatures'. Expected 16, got 12");
  await refused(client, 'no contents', { ...good, raw_input_contents: [] }, INVALID_ARGUMENT, "unable to find data for input tensor 'x'");
  await check('ModelStreamInfer: answers in order', () => stream(client, cases.slice(0, 4)));
  client.close();
  process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
}

function stream(client, some) {
  return new Promise((resolve, reject) => {
    const answers = [];
    const call = client.ModelStreamInfer({ deadline: new Date(Date.now() + 60000) });
    call.on('data', (answer) => answers.push(answer));
    call.on('error', reject);
    call.on('end', () => {
      try {
        expect(answers.length === some.length, `${answers.length} answers`);
        answers.forEach((answer, at) => {
          expect(!answer.error_message, answer.error_message);
          compare(some[at], answer.infer_response);
        });
        resolve();
      } catch (fault) {
        reject(fault);
      }
    });
    some.forEach((one) => call.write(request(one)));
    call.end();
  });
}

main().catch((fault) => {
  console.log(`FAIL  ${CLIENT}: ${fault}`);
  process.exitCode = 1;
});
