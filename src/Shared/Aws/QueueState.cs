using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace TaskMesh.Aws;

/// <summary>A queue as it is.</summary>
/// <param name="Messages">Waiting for somebody to receive them.</param>
/// <param name="Fault">Why nobody can tell, null if all is told.</param>
/// <param name="Code">AWS's for that, or <see cref="AwsRefusal.NoCredentials"/>; null where it did not answer.</param>
public sealed record QueueState(string Url, int Messages, string? Code = null, string? Fault = null)
{
    public const string Missing = "AWS.SimpleQueueService.NonExistentQueue";

    /// <summary>Also AWS not answering is an answer.</summary>
    public static async Task<QueueState> AskAsync(IAmazonSQS sqs, string url, CancellationToken cancellation)
    {
        const string messages = "ApproximateNumberOfMessages";
        try
        {
            var answer = await sqs.GetQueueAttributesAsync(new GetQueueAttributesRequest(url, [messages]), cancellation);
            return new QueueState(url, int.Parse(answer.Attributes[messages], CultureInfo.InvariantCulture));
        }
        catch (QueueDoesNotExistException e)
        {
            return new QueueState(url, 0, Missing, e.Message);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return new QueueState(url, 0, AwsRefusal.CodeOf(e), e.Message);
        }
    }
}
