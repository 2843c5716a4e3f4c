using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace TaskMesh.Aws;

/// <summary>
/// AWS refuses whoever asks, whatever is asked, so that asking again is of no use. Its codes are those of
/// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and, older, of SQS, EC2 and S3 themselves.
/// </summary>
/// <param name="IsPermission">It knows who asks, and does not allow it; otherwise the credentials are of no use.</param>
/// <param name="Evidence">A sentence without its full stop.</param>
/// <param name="Fix">What to do.</param>
public sealed record AwsRefusal(bool IsPermission, string Evidence, string Fix)
{
    /// <summary>Not AWS's: there was nothing to ask it with.</summary>
    public const string NoCredentials = "NoCredentials";

    /// <summary>For decoders; it hides what went before it.</summary>
    private const string Encoded = " Encoded authorization failure message";

    public string Sentence => $"{Evidence}: {Fix}.";

    /// <summary>Null if a code says something else, or if there is none.</summary>
    public static AwsRefusal? Of(string? code, string message) => code switch
    {
        NoCredentials => new(
            false,
            "There are no AWS credentials",
            "run aws configure or aws sso login; or export AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        "ExpiredToken" or "ExpiredTokenException" or "RequestExpired" or "TokenRefreshRequired" => new(
            false, $"The AWS credentials have expired ({code})", "sign in again, or export fresh credentials"),
        "InvalidClientTokenId" or "UnrecognizedClientException" or "InvalidAccessKeyId" or "AuthFailure" or "SignatureDoesNotMatch"
            or "InvalidSignatureException" or "IncompleteSignature" or "InvalidToken" or "MissingAuthenticationToken"
            or "MissingAuthenticationTokenException" => new(
                false, $"AWS does not accept the credentials ({code})", "look whose they are: aws sts get-caller-identity"),
        "AccessDenied" or "AccessDeniedException" or "UnauthorizedOperation" => new(
            true, $"AWS does not allow it ({code}): {Readable(code, message)}", "have the right granted: docs/deploy.md"),
        _ => null,
    };

    /// <summary>Null if a failure is no refusal, nor caused by one.</summary>
    public static AwsRefusal? Of(Exception failure) =>
        Of(CodeOf(failure), failure.Message) ?? (failure.InnerException is { } inner ? Of(inner) : null);

    /// <summary>The code that a call ended with; null if AWS did not answer.</summary>
    public static string? CodeOf(Exception failure) => failure switch
    {
        AmazonServiceException { ErrorCode: { Length: > 0 } code } => code,
        AmazonClientException when !HasCredentials() => NoCredentials,
        _ => null,
    };

    /// <summary>The SDK has no exception of its own for it.</summary>
    private static bool HasCredentials()
    {
        try
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials() is not null;
        }
        catch (AmazonClientException)
        {
            return false;
        }
    }

    private static string Readable(string code, string message)
    {
        var end = message.IndexOf(Encoded, StringComparison.Ordinal);
        var text = end >= 0 ? message[..end] : message;
        return text[(text.StartsWith($"{code}: ", StringComparison.Ordinal) ? code.Length + 2 : 0)..].TrimEnd('.');
    }
}
