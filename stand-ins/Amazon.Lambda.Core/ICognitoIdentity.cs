namespace Amazon.Lambda.Core;

/// <summary>Who calls, when Amazon Cognito vouches for the caller.</summary>
public interface ICognitoIdentity
{
    string IdentityId { get; }

    string IdentityPoolId { get; }
}
