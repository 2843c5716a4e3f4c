namespace Amazon.Lambda.Core;

/// <summary>What a function may know about its invocation and environment.</summary>
public interface ILambdaContext
{
    /// <summary>The same for each retry of one request.</summary>
    string AwsRequestId { get; }

    /// <summary>Null unless the AWS Mobile SDK made the call.</summary>
    IClientContext ClientContext { get; }

    string FunctionName { get; }

    string FunctionVersion { get; }

    /// <summary>Null unless Amazon Cognito vouches for the caller.</summary>
    ICognitoIdentity Identity { get; }

    string InvokedFunctionArn { get; }

    ILambdaLogger Logger { get; }

    string LogGroupName { get; }

    string LogStreamName { get; }

    int MemoryLimitInMB { get; }

    /// <summary>Until Lambda ends the invocation.</summary>
    TimeSpan RemainingTime { get; }
}
