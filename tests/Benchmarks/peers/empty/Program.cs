// The least that a function can be: it asks for an event and answers nothing in particular.
var api = $"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/invocation";
using var http = new HttpClient();
while (true)
{
    using var next = await http.GetAsync($"{api}/next");
    await next.Content.ReadAsByteArrayAsync();
    using var answer = await http.PostAsync(
        $"{api}/{next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single()}/response", new StringContent("{\"batchItemFailures\":[]}"));
}
