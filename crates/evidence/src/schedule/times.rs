//! The times of sessions, read from the words of the `schedule` column. What the words leave open is refused, in words.

/// Hours of a day and of a week.
const DAY_H: f64 = 24.0;
const WEEK_H: f64 = 168.0;
/// More sessions than this were not meant.
const MOST: u32 = 1000;

/// Days of a week with so many sessions, as clinics keep them: Monday and Thursday; Monday, Wednesday and Friday; ...
const DAYS: [&[u32]; 7] = [
    &[0],
    &[0, 3],
    &[0, 2, 4],
    &[0, 1, 3, 4],
    &[0, 1, 2, 3, 4],
    &[0, 1, 2, 3, 4, 5],
    &[0, 1, 2, 3, 4, 5, 6],
];

/// When there were sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionTimes {
    /// h after the first, increasing.
    pub times_h: Vec<f64>,
    /// Where the words give a bound only, what was made of it.
    pub assumed: Option<&'static str>,
}

/// Reads `single`, `2/wk x4wk`, `6 infusions over 3 wk`, `2 infusions 24 h apart`, `daily x5 d`, `twice daily x6wk`, `1/2wk x8wk`,
/// `every 3 d`, and such words one after the
/// other (`2/wk x4wk, then weekly x4`). `count` is the number of sessions, where
/// it is told: it ends what the words leave without an end, and must agree with what they say.
///
/// Several sessions a week are on the days on which clinics have them (the first and the fourth, ...).
///
/// # Errors
/// Why the words do not tell the times.
pub fn session_times(words: &str, count: Option<u32>) -> Result<SessionTimes, String> {
    let plain = plain(words);
    if plain.is_empty() {
        return Err("no schedule is told".to_owned());
    }
    let untold = |why: &str| format!("schedule `{words}`: {why}");
    let mut times_h: Vec<f64> = Vec::new();
    let mut begins_h = 0.0;
    let mut assumed = None;
    let parts: Vec<&str> = parts(&plain);
    for (at, words) in parts.iter().enumerate() {
        if *words == "none" && at > 0 {
            break;
        }
        // Only the last can be ended by the number of all.
        let left = count
            .filter(|_| at + 1 == parts.len())
            .and_then(|count| count.checked_sub(u32::try_from(times_h.len()).ok()?));
        if *words == "single" && parts.len() > 1 {
            return Err(untold("when the next came is not told"));
        }
        let part = part(words, left).map_err(untold)?;
        times_h.extend(part.times_h.iter().map(|time| begins_h + time));
        begins_h += part.lasts_h;
        assumed = assumed.or(part.assumed);
    }
    match count {
        Some(count) if usize::try_from(count) != Ok(times_h.len()) => Err(untold(&format!(
            "that makes {} sessions, `n_doses` says {count}",
            times_h.len()
        ))),
        _ => Ok(SessionTimes { times_h, assumed }),
    }
}

/// Without remarks in brackets, and without what says that people knew.
fn plain(words: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for c in words.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    let known = kept.trim().trim_start_matches("open-label:").trim();
    let known = known.trim_end_matches("open-label").trim_end_matches(" open");
    known.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows one another: `A, B, then C`. A comma before a bound (`, at least 5`) divides nothing.
fn parts(plain: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = plain;
    while let Some((at, length)) = [", then ", " then ", ", "]
        .iter()
        .filter_map(|mark| Some((rest.find(mark)?, mark.len())))
        .filter(|(at, length)| !rest[at + length..].starts_with("at least"))
        .min_by_key(|(at, length)| (*at, usize::MAX - length))
    {
        parts.push(rest[..at].trim());
        rest = &rest[at + length..];
    }
    parts.push(rest.trim());
    parts
}

/// Sessions that follow one rule.
struct Part {
    times_h: Vec<f64>,
    /// Until the next rule begins, h.
    lasts_h: f64,
    assumed: Option<&'static str>,
}

fn part(words: &str, left: Option<u32>) -> Result<Part, &'static str> {
    if words == "single" {
        return Ok(Part {
            times_h: vec![0.0],
            lasts_h: 0.0,
            assumed: None,
        });
    }
    let read = weekly(words)
        .or_else(|| within(words))
        .or_else(|| apart(words))
        .or_else(|| daily(words))
        .or_else(|| every(words, left));
    read.unwrap_or(Err(if words.contains(" or ") || words.contains('-') {
        "more than one interval or number is possible"
    } else if words.contains("until") {
        "its end differs between people"
    } else {
        "it does not say when"
    }))
}

type Read = Option<Result<Part, &'static str>>;

/// `2/wk x4wk`, `1/wk x3`, `3/wk up to 4wk`, `weekly x4`, `1/2wk x8wk`.
fn weekly(words: &str) -> Read {
    let (per_week, every_weeks, rest) = if let Some(rest) = words.strip_prefix("weekly") {
        (1, 1, rest)
    } else {
        let (number, rest) = words.split_once('/')?;
        let (weeks, rest) = rest.split_once("wk")?;
        let weeks = if weeks.is_empty() { Some(1) } else { whole(weeks) };
        (whole(number)?, weeks?, rest)
    };
    let rest = rest.trim();
    let (length, assumed) = match (rest.strip_prefix('x'), rest.strip_prefix("up to ")) {
        (Some(length), _) => (length, None),
        (_, Some(length)) => (length, Some("the longest course that was allowed is taken")),
        _ if rest.is_empty() => return Some(Err("how long it goes on is not told")),
        _ => return None,
    };
    let days = *DAYS.get(usize::try_from(per_week).ok()?.checked_sub(1)?)?;
    let (weeks, sessions) = match length.strip_suffix("wk") {
        Some(weeks) => (whole(weeks)?, None),
        None => {
            let sessions = whole(length)?;
            let rounds = sessions.div_ceil(per_week);
            (rounds.checked_mul(every_weeks)?, Some(sessions))
        }
    };
    if every_weeks > 1 && per_week > 1 {
        return None;
    }
    let weeks = weeks.min(MOST);
    let all = (0..weeks)
        .step_by(usize::try_from(every_weeks).ok()?.max(1))
        .flat_map(|week| days.iter().map(move |day| week * 7 + day));
    let times_h: Vec<f64> = all
        .take(usize::try_from(sessions.unwrap_or(MOST)).ok()?)
        .map(|day| f64::from(day) * DAY_H)
        .collect();
    Some(Ok(Part {
        times_h,
        lasts_h: f64::from(weeks) * WEEK_H,
        assumed,
    }))
}

/// `6 infusions over 3 wk`, `six infusions over 12 d`, `6 over 12 days`, `6 in 21 d`.
fn within(words: &str) -> Read {
    let (what, length) = words.split_once(" over ").or_else(|| words.split_once(" in "))?;
    let sessions = counted(what)?;
    let days = days(length)?;
    let weeks = days.div_ceil(7);
    let weekly = (sessions % weeks == 0)
        .then(|| DAYS.get(usize::try_from(sessions / weeks).ok()?.checked_sub(1)?))
        .flatten()
        .filter(|in_week| in_week.last().is_some_and(|last| (weeks - 1) * 7 + last < days));
    let times_h = match weekly {
        Some(in_week) => (0..weeks)
            .flat_map(|week| in_week.iter().map(move |day| f64::from(week * 7 + day) * DAY_H))
            .collect(),
        None => (0..sessions)
            .map(|k| f64::from(k) * f64::from(days) * DAY_H / f64::from(sessions))
            .collect(),
    };
    Some(Ok(Part {
        times_h,
        lasts_h: f64::from(days) * DAY_H,
        assumed: None,
    }))
}

/// `2 infusions 24 h apart`.
fn apart(words: &str) -> Read {
    let words: Vec<&str> = words.split(' ').collect();
    let &[number, _, interval, unit, "apart"] = words.as_slice() else {
        return None;
    };
    let interval_h = f64::from(whole(interval)?)
        * match unit {
            "h" => 1.0,
            "d" | "days" => DAY_H,
            "wk" => WEEK_H,
            _ => return None,
        };
    Some(Ok(regular(number_word(number)?, interval_h, None)))
}

/// `daily x5 d`, `daily 12 wk`, `25 mg twice daily x6wk`.
fn daily(words: &str) -> Read {
    let (before, length) = words.split_once("daily")?;
    let each_day = match before.trim().split(' ').next_back()? {
        "" => 1,
        "twice" => 2,
        _ => return None,
    };
    let length = length.trim();
    if length.is_empty() {
        return Some(Err("how long it goes on is not told"));
    }
    let days = days(length.strip_prefix('x').unwrap_or(length))?;
    Some(Ok(regular(
        days.checked_mul(each_day)?,
        DAY_H / f64::from(each_day),
        None,
    )))
}

/// `every 3 d`, `alternate days, at least 5`.
fn every(words: &str, left: Option<u32>) -> Read {
    let (rule, bound) = match words.split_once(", at least ") {
        Some((rule, bound)) => (rule, Some(whole(bound)?)),
        None => (words, None),
    };
    let interval = match rule {
        "alternate days" => 2,
        _ => days(rule.strip_prefix("every ")?)?,
    };
    let assumed = bound.map(|_| "the fewest sessions that were planned are taken");
    Some(match bound.or(left) {
        Some(sessions) => Ok(regular(sessions, f64::from(interval) * DAY_H, assumed)),
        None => Err("how long it goes on is not told"),
    })
}

fn regular(sessions: u32, interval_h: f64, assumed: Option<&'static str>) -> Part {
    let sessions = sessions.min(MOST);
    Part {
        times_h: (0..sessions).map(|k| f64::from(k) * interval_h).collect(),
        lasts_h: f64::from(sessions) * interval_h,
        assumed,
    }
}

/// `6`, `six infusions`.
fn counted(words: &str) -> Option<u32> {
    let mut words = words.split(' ');
    let number = number_word(words.next()?)?;
    match (words.next(), words.next()) {
        (None | Some("infusions" | "sessions" | "doses"), None) => Some(number),
        _ => None,
    }
}

/// A number, as a figure or as a word.
fn number_word(word: &str) -> Option<u32> {
    const WORDS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    let spelled = WORDS.iter().position(|known| *known == word);
    match spelled {
        Some(at) => u32::try_from(at + 1).ok(),
        None => whole(word),
    }
}

/// `5 d`, `12 days`, `3 wk`, `6wk`.
fn days(length: &str) -> Option<u32> {
    let length = length.trim();
    let at = length.find(|c: char| !c.is_ascii_digit())?;
    let number = whole(&length[..at])?;
    match length[at..].trim() {
        "d" | "days" => Some(number),
        "wk" | "weeks" => number.checked_mul(7),
        _ => None,
    }
}

/// A whole number from 1.
fn whole(word: &str) -> Option<u32> {
    word.parse().ok().filter(|number| (1..=MOST).contains(number))
}

#[cfg(test)]
mod tests;
