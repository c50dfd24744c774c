namespace StorageConnect.Tests.Cinder.Support;

/// <summary>A connection on which something happens to the service between a request that it did and its answer, which never arrives. Once.</summary>
/// <param name="inner">The real connection.</param>
/// <param name="method">The method of the request.</param>
/// <param name="pathEnd">How its path ends.</param>
/// <param name="happen">What happens.</param>
internal sealed class InterruptedHandler(HttpMessageHandler inner, HttpMethod method, string pathEnd, Func<Task> happen) : DelegatingHandler(inner)
{
    private int _left = 1;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (request.Method != method || !request.RequestUri!.AbsolutePath.EndsWith(pathEnd, StringComparison.Ordinal) || Interlocked.Decrement(ref _left) < 0)
        {
            return answer;
        }

        answer.Dispose();
        await happen();
        throw new HttpRequestException("The connection was reset.");
    }
}
