using System.Net;
using System.Text;
using Amazon.Runtime;

namespace TaskMesh.Testing;

/// <summary>Answers the requests of an SDK client without a network, one at a time, and keeps their bodies.</summary>
public sealed class StubHttp(Func<string, StubAnswer> answer) : HttpClientFactory
{
    private readonly List<string> _requests = [];

    public IReadOnlyList<string> Requests => _requests;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

    private sealed class Handler(StubHttp stub) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            lock (stub._requests)
            {
                stub._requests.Add(body);
                var given = stub.AnswerTo(body);
                return new HttpResponseMessage(given.Status) { Content = new StringContent(given.Body, Encoding.UTF8), RequestMessage = request };
            }
        }
    }

    private StubAnswer AnswerTo(string body) => answer(body);
}

/// <summary>What a service says.</summary>
public sealed record StubAnswer(string Body, HttpStatusCode Status = HttpStatusCode.OK);
