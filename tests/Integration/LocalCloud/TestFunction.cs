using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>A function in bash that speaks the Runtime API over bash's own sockets, so that it needs no other program.</summary>
internal static class TestFunction
{
    private const string Runtime = """
        #!/bin/bash
        # The function's body sees $event and $id, and sets $result; "fail TEXT" reports an error instead.
        LC_ALL=C
        host=${AWS_LAMBDA_RUNTIME_API%%/*}
        path=/${AWS_LAMBDA_RUNTIME_API#*/}/2018-06-01/runtime
        request() {
            exec 3<>"/dev/tcp/${host%:*}/${host#*:}" || exit 1
            printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s' "$1" "$path$2" "$host" "${#3}" "$3" >&3
            cat <&3
        }
        fail() { request POST "/invocation/$id/error" "{\"errorMessage\":\"$1\",\"errorType\":\"Test\"}"; continue; }
        INIT
        while answer=$(request GET /invocation/next) && [ -n "$answer" ]; do
            id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: \(.*\)\r$/\1/p' <<<"$answer")
            event=${answer#*$'\r\n\r\n'}
            result='{}'
            echo "process $$ got $event"
            BODY
            request POST "/invocation/$id/response" "$result" >/dev/null
        done
        """;

    /// <param name="body">Runs for each call.</param>
    /// <param name="init">Runs before the first question for work.</param>
    public static FunctionConfiguration Write(TemporaryFolder folder, string name, string body, string init = "")
    {
        var file = folder.Of($"{name}.sh");
        File.WriteAllText(file, Runtime.Replace("BODY", body, StringComparison.Ordinal).Replace("INIT", init, StringComparison.Ordinal));
        return new FunctionConfiguration { Name = name, Command = ["/bin/bash", file], TimeoutSeconds = 10 };
    }
}
