"""Invented quotes with labels: of each kind of identifier at least sixty, from sentences and what fills them; and harmless ones, written by hand."""

from __future__ import annotations

from itertools import product

from nbeval.dictionary.enums import Identifier

#: on the list of names and on that of places, as a programme declares them
NAMES = ("Tam Larkspur", "Jo Example", "Odile van der Merwe", "Zoë O'Brien")
PLACES = ("Kestrelford", "Larkenmere", "Upper Quill")
#: phrases in capitals that are nobody's name, likewise
NOT_NAMES = ("Your Life Beyond Care",)

_FULL = ("Sandra Brown", "Zoë O'Neill", "Jean-Luc Marsh", "Fatima al Sayed", "Kit McAllister", "Ama Owusu")
_FIRST = ("Sandra", "Zoë", "Jean-Luc", "Fatima", "Kit", "Ama")

#: sentences with a gap, and what fills it
_FRAMES: dict[Identifier, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Identifier.NAME: ((
        "It was {} who told me.", "I still write to {} at New Year.", "They moved me in with {} and it went wrong.", "My old place was shared with {}.",
        "Ask {}, they will say the same.", "I got on with {} from the start.", "Everybody knows {} and me.", "I would not be here without {}.",
        "{} left and nobody came.", "Then {}'s mum rang the office."), _FULL),
    Identifier.PERSON: ((
        "My PA {} rang every week.", "I had a social worker called {}.", "{}, my key worker, came with me.", "My personal adviser is {}.",
        "My best friend {} did not get one.", "It was my sister {} who helped.", "I told my foster carer {} about it.", "My manager was {} then.",
        "Thanks to my support worker {} I have a flat.", "Her name is {} and she listens."), _FIRST),
    Identifier.PLACE: ((
        "I was put in {} for a year.", "I live near {} now.", "They sent me to school at {}.", "I moved to {} on my own.", "I am from {}, and it shows.",
        "People in {} know me.", "I was outside {} when they called.", "He is from {} as well."),
        ("Kestrelford", "Upper Quill", "Beechwood House", "Oakfield Hostel", "Marlow Road", "Thornby College", "Elmhurst Lodge", "HMP Kestrel")),
    Identifier.ROOM: ((
        "I am in {} at the end.", "They put me in {} by myself.", "It is {}, the one with no heating.", "Nobody fixed the window in {}.",
        "I waited in {} all day.", "Everything in {} was broken.", "{} is always cold.", "I was moved to {}."),
        ("room 12", "Room 4b", "flat 7", "Flat B", "room twelve", "apartment 31", "bedsit 3", "house number 14")),
    Identifier.DATE: ((
        "I moved in on {}.", "Since {} nobody has called.", "It was {} and I was alone.", "They closed my case on {}.", "My birthday is {}.",
        "From {} I had no money.", "On {} I went to court.", "They promised me a flat by {}."),
        ("12 March 2019", "3rd of May", "March 12", "12/03/2019", "12.3.19", "2019-03-12", "the third of May", "June 2018", "Monday 3rd")),
    Identifier.AGE: ((
        "I am {} and I have nobody.", "I was {} when it began.", "I came into care aged {}.", "At the age of {} I was moved.", "I turned {} that week.",
        "My daughter is {} now.", "I'm {}, they still treat me like a child.", "When I was {} they shut the home."),
        ("19", "17", "sixteen", "22", "8", "twenty-one", "15", "nineteen")),
    Identifier.EMAIL: ((
        "Write to {} please.", "My e-mail is {} now.", "I use {} for everything.", "They never answered {}.", "Send it to {}!", "You can reach me: {}",
        "{} is the one I check.", "I gave them {}, twice."),
        ("jo.bloggs@example.co.uk", "tam+x@example.org", "a_b@mail.example.com", "jo (at) example.org", "zoe[at]example.net", "tam at example dot org",
         "me99@example.uk", "x.y.z@example.io")),
    Identifier.PHONE: ((
        "Ring me on {}.", "My number is {} still.", "They call {} and hang up.", "Text {} if it is late.", "I gave them {} and they lost it.",
        "It is {}, day and night.", "{} is my mobile.", "Phone {} first."),
        ("07700 900123", "07700900123", "+44 7700 900 123", "(020) 7946 0018", "01632 960 001", "0044 7700 900123", "+353 1 555 0123", "01632-960-001")),
    Identifier.POSTCODE: ((
        "I live at {} now.", "It is in {}, over the shop.", "They have my old address, {}.", "{} is where it was.", "The letter went to {}.",
        "Nobody wants to come to {}.", "I was in {} for two years.", "My postcode is {}."),
        ("SW1A 1AA", "m1 1ae", "EC1A1BB", "B33 8TH", "CR2 6XH", "DN55 1PT", "w1a 0ax", "GIR 0AA")),
    Identifier.NHS_NUMBER: ((
        "My number is {} there.", "They asked for {} again.", "I know {} by heart.", "{} is on every letter.", "It says {} at the top.",
        "They typed {} wrong.", "My record, {}, was lost.", "Give them {} and wait."),
        ("943 476 5919", "9434765919", "943-476-5919", "401 023 2137", "4010232137", "987 654 4322", "9876544322", "401-023-2137")),
    Identifier.NI_NUMBER: ((
        "My card says {}.", "They asked for {} again.", "I know {} by heart.", "{} is on every letter.", "It says {} at the top.",
        "They typed {} wrong.", "Without {} there is no money.", "I gave them {} at last."),
        ("AB 12 34 56 C", "AB123456C", "ab123456c", "JG 10 37 59 A", "JG103759A", "CE-12-34-56-D", "WK 99 88 77 B", "my NI number is 12")),
    Identifier.RECORD_NUMBER: ((
        "It is under {} there.", "They lost {} twice.", "Quote {} when you ring.", "I still have {} on a letter.", "{} was closed.", "Nobody could find {}.",
        "They wrote {} on my form.", "On the letter stood {}."),
        ("case number 48213", "my case no 48213/a", "reference number LM/2231", "hospital number 771234", "prison number A1234BC", "Home Office ref H9912345",
         "student number is 2201934", "passport number 533401372")),
    Identifier.WEB_ADDRESS: ((
        "Look at {} please.", "I found it on {}.", "There is a film of me at {}.", "{} has my story.", "They put me on {}!", "See {}.", "It is all on {}, still.",
        "My blog is {}."),
        ("https://example.org/me", "www.example.org", "example.co.uk/tam", "my-story.com", "http://example.net", "example dot com", "tam.org", "www.example.tv")),
    Identifier.HANDLE: ((
        "Find me {}.", "Everybody writes to me {}.", "I said it {}, it got shared.", "You can see it {}.", "People know me {}.", "They messaged me {}.",
        "It was posted {} by mistake.", "I only talk {}."),
        ("on insta @somebody12", "as @tam_l", "on snap as tam_99", "with snapchat tam.larks", "@queen.bee", "on TikTok, tam2004x", "where my username is tamlarks",
         "on discord tam#x_77")),
    Identifier.COMBINATION: ((
        "I was in {} when my daughter came.", "My baby was born in {}.", "In {}, pregnant, with nobody.", "I left {} in 2018.", "They took my son while I was in {}.",
        "As a refugee in {} I knew nobody.", "I was the only girl in {}.", "I got to {} last March."),
        ("a hostel", "prison", "hospital", "a refuge", "the foyer", "a secure unit", "a children's home", "a mental health unit")),
}

#: nothing in these points to a person
HARMLESS = """
I met Jo's standards and then they changed.
I met Jo's standards, but not mine.
We all met Jo's standards in the end.
My Personal Adviser listens to me.
My Personal Adviser has been there for me, 24/7.
Personal Advisers change too often.
I filled in Your Life Beyond Care and nobody called.
Your Life Beyond Care asked the right things.
I may move, I may not.
May I say something? It was fine.
They may march us through it, I do not mind.
We march on.
My worker has been there for me since 2019.
I got 10 out of 10 and 100% support.
They said 3 months, it took 12.
I felt safe at home.I was happy
My worker listens. When I text, I get an answer the same day.
The flat is fine but I do not know anybody on the street yet.
By the third week there is nothing left for the bus.
They asked us first and told us afterwards what they did with it.
We knew the numbers. We had not heard the reasons.
I have had one worker for two years now. That is new.
We sat at the table where it was decided.
I can shut my own door and sleep.
Housing picks up the phone when we call.
The money came after the young people had spoken to the committee.
I want a room with a lock.
The room was cold. Two of us shared it.
The flat one day just felt like mine.
I have a house, a key and a door.
They paid my Council Tax for a year.
Universal Credit did not cover the rent.
My Pathway Plan is a piece of paper.
I did not know about the Local Offer until a friend told me.
Staying Put was the best thing for me.
The Children in Care Council got things done.
I go to college and I like it.
The school did not understand.
At Christmas nobody came.
I spend Easter with my mates.
Mum and Dad are not in the picture.
I speak English better now.
I failed Maths and nobody asked why.
God knows what they were thinking.
I was moved nine times.
I waited 6 weeks for an answer.
I am 100% better than before.
I am two weeks behind with rent.
I have 3 mates I trust.
It takes 40 minutes on the bus, each way.
I'd give it 7/10.
The job centre sanctioned me. Twice.
Number one: listen. Number two: ring back.
They should call, text or write. Anything.
My phone ran out and they thought I did not care.
E-mail is no use if you have no data.
I look at my snaps and feel old.
Instagram is full of perfect lives.
The website was down.
Ask me, not my file.
I do not want a party, I want a plan.
Social Services never told me why.
Some days are good. Monday is not.
They treat me like a case number.
My worker is kind. She is never late.
My friend is always there.
I like my PA. PAs should stay.
The Council should come and see it.
I was heard. THAT was new.
Nobody told me that I could say no.
Thank you for asking.
I passed my GCSEs.
Things got better in the spring.
I turned up and nobody was there.
I am one of many.
It is like being 5 minutes late for your own life.
I live by myself and I like it.
My manager at work is sound.
I trust the doctor, and that is it.
Leaving Care Team, please pick up.
""".strip().splitlines()


def bad_quotes() -> list[tuple[Identifier, str]]:
    """Every quote that holds something, with the kind of it."""
    return [(kind, frame.format(filled)) for kind, (frames, fills) in _FRAMES.items() for frame, filled in product(frames, fills)]
