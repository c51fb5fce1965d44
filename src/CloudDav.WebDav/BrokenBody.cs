using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav;

/// <summary>Tells a request's body that cannot be read as it was sent from what fails here.</summary>
public static class BrokenBody
{
    /// <summary>The status it is answered with; null when the body is not to blame.</summary>
    public static int? StatusOf(Exception failure) =>
        failure switch
        {
            BadHttpRequestException { StatusCode: >= 400 and < 500 and var status } => status,
            BadHttpRequestException => StatusCodes.Status400BadRequest,
            // Kestrel's way to say that a chunk claims to be longer than any number it can hold.
            IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest,
            _ => null,
        };
}
