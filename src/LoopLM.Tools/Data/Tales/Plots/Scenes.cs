using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>Scenes that several plots have.</summary>
internal static class Scenes
{
    /// <summary>The hero at home, perhaps with a habit.</summary>
    public static void Begin(this Stage stage)
    {
        var home = stage.Place();
        stage.Tell("open", stage.Hero, home);
        if (stage.Chance(0.6))
        {
            stage.Tell("habit", stage.Hero);
        }
    }

    /// <summary>A friend of the hero, whose home is told.</summary>
    public static string Friend(this Stage stage)
    {
        var friend = stage.Person();
        stage.Tell("friend", stage.Hero, friend, stage.Place());
        if (stage.World.HomeOf(friend) is null)
        {
            stage.Tell("at", friend, stage.Place());
        }

        return friend;
    }

    /// <summary>Someone goes somewhere, unless they are there; perhaps the place is described.</summary>
    public static void Go(this Stage stage, string person, string place)
    {
        if (stage.World.PlaceOf(person) == place)
        {
            return;
        }

        stage.Tell("go", person, place);
        if (stage.Chance(0.15))
        {
            stage.Tell("weather");
        }
    }

    /// <summary>Someone goes home, unless they are there.</summary>
    public static void Home(this Stage stage, string person)
    {
        if (stage.World.PlaceOf(person) != stage.World.HomeOf(person))
        {
            stage.Tell("home", person, stage.World.HomeOf(person));
        }
    }

    /// <summary>Someone goes to where someone else is and meets them there.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="person">Who goes.</param>
    /// <param name="other">Who is met.</param>
    /// <param name="thing">What is carried there; null where that is not worth telling.</param>
    public static void Visit(this Stage stage, string person, string other, string? thing = null)
    {
        var place = stage.World.PlaceOf(other)!;
        if (stage.World.PlaceOf(person) == place || (thing is null && stage.Chance(0.3)))
        {
            stage.Go(person, place);
        }
        else if (thing is null)
        {
            stage.Tell("visit", person, other, place);
        }
        else
        {
            stage.Tell("carry", person, thing, place);
        }

        stage.Tell("meet", person, other, place);
    }

    /// <summary>Someone goes to where someone else is for a reason that has been told, and meets them there.</summary>
    public static void GoTo(this Stage stage, string person, string other)
    {
        stage.Go(person, stage.World.PlaceOf(other)!);
        stage.Tell("meet", person, other, stage.World.PlaceOf(other));
    }

    /// <summary>Someone meets a stranger at a new place.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="person">Who meets.</param>
    /// <param name="thing">A kind of thing that is looked for; null where none is.</param>
    public static string MeetStranger(this Stage stage, string person, string? thing = null)
    {
        var (place, stranger) = (stage.Place(), stage.Person());
        stage.Seek(person, thing, place);
        stage.Tell("meetnew", person, stranger, place);
        return stranger;
    }

    /// <summary>Someone gets a thing that nobody has mentioned yet.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="person">Who gets it.</param>
    /// <param name="thing">Its noun.</param>
    /// <param name="trades">How many trades in a row it may take.</param>
    public static void Acquire(this Stage stage, string person, string thing, int trades)
    {
        if (stage.Chance(0.35))
        {
            var place = stage.Place();
            stage.Seek(person, thing, place);
            stage.Tell("see", person, thing, place);
            stage.Tell("take", person, thing);
            return;
        }

        var owner = stage.MeetStranger(person, thing);
        stage.Tell("own", owner, thing);
        stage.Tell("ask", person, owner, thing);
        if (trades == 0 || stage.Chance(0.5))
        {
            stage.Tell("give", owner, person, thing);
            stage.Tell("thank", person, owner);
            return;
        }

        var wanted = stage.NewThing();
        stage.Tell("offer", owner, person, thing, wanted);
        stage.Paragraph();
        stage.Acquire(person, wanted, trades - 1);
        stage.Paragraph();
        stage.Visit(person, owner, wanted);
        stage.Tell("trade", person, owner, wanted, thing);
    }

    /// <summary>Someone goes somewhere, to look for a kind of thing if there is one.</summary>
    public static void Seek(this Stage stage, string person, string? thing, string place)
    {
        if (thing is null || stage.Chance(0.2))
        {
            stage.Go(person, place);
        }
        else
        {
            stage.Tell("seek", person, thing, place);
        }
    }

    /// <summary>Someone is sad, and perhaps cries.</summary>
    public static void Cry(this Stage stage, string person, double chance = 0.8)
    {
        if (stage.Chance(chance))
        {
            stage.Tell("cry", person);
        }
    }

    /// <summary>Someone asks another for a thing that is lost, who knows where it is.</summary>
    public static void Learn(this Stage stage, string person, string other, string thing, string place)
    {
        stage.Tell("asksee", person, other, thing);
        stage.Tell("tell", other, person, thing, place);
        if (stage.Chance(0.5))
        {
            stage.Tell("thank", person, other);
        }
    }

    /// <summary>The ending of two friends.</summary>
    public static void EndTogether(this Stage stage, string person, string other, string ending)
    {
        if (stage.Chance(0.4))
        {
            stage.Tell("pastime", person, other);
        }

        stage.Tell(stage.Chance(0.65) ? ending : "endpair", person, other);
    }

    /// <summary>Food of some kind.</summary>
    public static string Food(this Stage stage) => stage.OneOf(Lexicon.Ordered.Foods);
}
