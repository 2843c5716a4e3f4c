namespace TaskMesh.Testing;

/// <summary>Waits for what another process does, by asking until the answer is the expected one.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> ask) => GetAsync(() => Task.FromResult(ask()), answer => answer);

    /// <summary>The first answer that is good. The last bad one is in the error.</summary>
    /// <param name="patience">Half a minute if left out; who is more patient asks less often.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Predicate<T> isGood, TimeSpan? patience = null)
    {
        var (most, pause) = patience is { } asked ? (asked, Pause * (asked / Limit)) : (Limit, Pause);
        using var limit = new CancellationTokenSource(most);
        while (true)
        {
            var answer = await ask();
            if (isGood(answer))
                return answer;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"After {most.TotalSeconds:0} s the answer is still: {answer}");
            await Task.Delay(pause);
        }
    }
}
