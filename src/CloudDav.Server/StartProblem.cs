namespace CloudDav.Server;

/// <summary>Why the program cannot do what it was asked: one sentence for whoever started it, who then needs no stack trace.</summary>
internal sealed class StartProblem(string message, Exception? inner = null)
    : Exception(message, inner);
