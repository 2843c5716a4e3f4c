namespace Amazon.Lambda.RuntimeSupport;

/// <summary>The Runtime API answered with something else than its documentation says.</summary>
public class RuntimeApiClientException(string message, int statusCode, string response, Exception innerException)
    : Exception($"{message}\n\nStatus: {statusCode}\nResponse: \n{response}", innerException)
{
    public int StatusCode { get; } = statusCode;

    public string Response { get; } = response;
}
