//! Dates as people and FHIR write them: `2026-03-01`, `2026-03-01T10:30`, `2026-03-01T10:30:00+01:00`.

/// A day, perhaps with the time of day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Date {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Hours since midnight, where the time is told.
    pub hour: Option<f64>,
}

impl Date {
    /// Reads it; of a time with an offset from UTC the time in UTC.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let day = day(date)?;
        let Some(time) = time else {
            return Ok(Self { day, hour: None });
        };
        let hour = hour(time).ok_or("the time of day is not as in 10:30 or 10:30:00+01:00")?;
        let days = (hour / 24.0).floor();
        Ok(Self {
            // At most a day either way.
            day: day + days as i64,
            hour: Some(hour - 24.0 * days),
        })
    }

    /// The day as it is written, `2026-03-01`.
    #[must_use]
    pub fn words(&self) -> String {
        let (year, month, day) = civil(self.day);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Of hours since 1970-01-01.
    #[must_use]
    pub fn of_hours(hours: f64) -> Self {
        let day = (hours / 24.0).floor();
        Self {
            day: day as i64,
            hour: Some(hours - 24.0 * day),
        }
    }
}

const FORM: &str = "a date is written year-month-day, as in 2026-03-01";

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn day(text: &str) -> Result<i64, &'static str> {
    let mut parts = text.split('-');
    let (Some(year), Some(month), day, None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FORM);
    };
    let (year, month) = (digits(year, 4).ok_or(FORM)?, digits(month, 2).ok_or(FORM)?);
    let Some(day) = day else {
        return Err("the day is missing: a month is too coarse for a forecast");
    };
    let day = digits(day, 2).ok_or(FORM)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err("there is no such month"),
    };
    if !(1..=length).contains(&day) {
        return Err("there is no such day in that month");
    }
    Ok(days_of(year, month, day))
}

/// Days since 1970-01-01 of the Gregorian calendar: years begin in March here, so that the leap day is the last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_of`].
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (of_month, month) = (
        of_year - (153 * month + 2) / 5 + 1,
        if month < 10 { month + 3 } else { month - 9 },
    );
    (year + era * 400 + i64::from(month <= 2), month, of_month)
}

/// Hours since midnight UTC, or of the day where no offset is told; seconds may have fractions.
fn hour(text: &str) -> Option<f64> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        None => (text, 0.0),
        Some(at) if &text[at..] == "Z" => (&text[..at], 0.0),
        Some(at) => {
            let (hours, minutes) = text[at + 1..].split_once(':')?;
            let offset = digits(hours, 2)? as f64 + digits(minutes, 2)? as f64 / 60.0;
            let sign = if text[at..].starts_with('-') { -1.0 } else { 1.0 };
            (&text[..at], sign * offset)
        }
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(seconds) => seconds.parse::<f64>().ok()?,
    };
    let sound = hours < 24 && minutes < 60 && (0.0..61.0).contains(&seconds) && parts.next().is_none();
    sound.then(|| hours as f64 + minutes as f64 / 60.0 + seconds / 3600.0 - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_lead_back_and_follow_each_other() {
        assert_eq!(Date::parse("1970-01-01").map(|date| date.day), Ok(0));
        assert_eq!(Date::parse("2000-03-01").map(|date| date.day), Ok(11_017));
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days_of(year, month, of_month), day);
        }
        let leap = Date::parse("2024-02-29").map(|date| date.words());
        assert_eq!(leap.as_deref(), Ok("2024-02-29"));
    }

    #[test]
    fn times_are_those_of_utc() {
        let at =
            |text: &str| Date::parse(text).map(|date| date.day as f64 * 24.0 + date.hour.unwrap_or(-1.0));
        let noon = Date::parse("2026-03-01").map(|date| date.day as f64 * 24.0 + 12.0);
        for text in [
            "2026-03-01T12:00",
            "2026-03-01 12:00:00",
            "2026-03-01T12:00:00.0Z",
            "2026-03-01T14:00:00+02:00",
            "2026-02-28T23:30:00-12:30",
        ] {
            assert_eq!(at(text), noon, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_told() {
        for text in [
            "",
            "2026",
            "2026-03",
            "01.03.2026",
            "2026-13-01",
            "2026-02-29",
            "26-03-01",
            "2026-03-01T25:00",
            "2026-03-01T10",
            "2026-03-01T10:00+1",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }
}
