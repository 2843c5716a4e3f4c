namespace TaskMesh.Testing.Contracts;

/// <summary>
/// A suite on AWS itself, which costs money: it runs only where TASKMESH_REAL_AWS is 1, and AWS_REGION and credentials are there. What it makes has
/// names that begin with "taskmesh-contract-", and goes when its test ends.
/// </summary>
public sealed class RealAwsSuiteAttribute : SkipSuiteAttribute
{
    private const string OptIn = "TASKMESH_REAL_AWS";

    private static readonly string[] Credentials =
        ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

    public override string? Reason => WhyNot(Environment.GetEnvironmentVariable);

    /// <param name="variable">The value of a variable, or null.</param>
    public static string? WhyNot(Func<string, string?> variable)
    {
        if (variable(OptIn) != "1")
            return $"costs money on AWS: set {OptIn}=1 to run it";
        if (string.IsNullOrEmpty(variable("AWS_REGION")))
            return "needs AWS_REGION";
        if (!Credentials.Any(name => !string.IsNullOrEmpty(variable(name))))
            return $"needs credentials: one of {string.Join(", ", Credentials)}";
        return string.IsNullOrEmpty(variable("AWS_ENDPOINT_URL")) ? null : "AWS_ENDPOINT_URL leads elsewhere than to AWS";
    }
}
