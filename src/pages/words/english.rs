//! The sentences of the pages, and their English texts.

use std::borrow::Cow;

macro_rules! words {
    ($($group:literal { $($field:ident = $text:literal)* })*) => {
        /// Sentences of the pages in one language. `{…}` marks a value to fill in.
        ///
        /// ```
        /// use actix_consent::pages::Words;
        ///
        /// let mut words = Words::english();
        /// words.banner_heading = "Cookies at {site}".into();
        /// ```
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct Words {
            $($(
                #[doc = concat!($group, ": “", $text, "”")]
                pub $field: Cow<'static, str>,
            )*)*
        }

        impl Words {
            /// Returns the English texts.
            pub fn english() -> Self {
                Self { $($($field: Cow::Borrowed($text),)*)* }
            }
        }
    };
}

words! {
    "Banner" {
        banner_heading = "Cookies on {site}"
        banner_uses = "With your permission we also {uses}."
        banner_further = "We then also use cookies {for}."
        banner_third_parties = "{who} may then set cookies {for}."
        banner_change = "You can change your mind at any time under Cookie settings."
        banner_news = "New or changed since you last chose: {what}."
        banner_open = "You have not yet decided about {what}."
        banner_signal = "Your browser sends Global Privacy Control, so this stays off unless you accept it: {what}."
        banner_choose = "Cookie settings"
        banner_policy = "Privacy policy and cookie list"
    }
    "Notice of the model `Implied`" {
        notice_run = "offer a high-quality service"
        notice_uses = "Using this site stores small files (cookies) on your device, to {uses}."
        notice_uses_third_parties = "Using this site stores small files (cookies), some by {who}, on your device, to {uses}."
        notice_signal = "Your browser sends Global Privacy Control, so this stays off unless you turn it on: {what}."
        notice_agree = "Reading on counts as consent, including to processing personal data you send us electronically."
        notice_change = "You can change your browser settings any time, or use {settings}."
    }
    "Confirmation" {
        saved_off = "Saved. Optional cookies are off. Change this under {settings}, at the foot of every page."
        saved_on = "Saved. Optional cookies are on. Change this under {settings}, at the foot of every page."
        saved_some = "Saved. Some optional cookies are on. Change this under {settings}, at the foot of every page."
        saved_left = "You withdrew your consent. Your earlier choices are on record under the reference {id}. This reference is no longer on your device: note it down if you may need it."
        saved_hide = "Hide"
    }
    "Placeholder" {
        held_name = "Held back: {what}"
        held_name_advertisement = "Advertisement, held back: {what}"
        held_advertisement = "An advertisement from {what} belongs here."
        held_video = "A video from {what} belongs here."
        held_sound = "A recording from {what} belongs here."
        held_picture = "A picture from {what} belongs here."
        held_content = "Content from {what} belongs here."
        held_category = "This part of the page needs your permission for {what}."
        held_why = "It is held back because {what} would use it {for}."
        held_why_category = "It is held back because it would be used {for}."
        held_nothing = "Nothing has been loaded from there."
        held_signal = "Your browser sends Global Privacy Control, so it stays off unless you allow it here."
        held_watch = "Watch it at {host}"
        held_open = "Open it at {host}"
        shown_once = "Shown this once: {what}. It is held back again on the next page."
        shown_always = "Shown from now on: {what}. You can change this under {settings}."
        held_framed = "Open this page in a new tab to allow it"
    }
    "Settings page" {
        settings_title = "Cookie settings"
        settings_back = "Back to {site}"
        settings_always = "Always on"
        settings_own = "We keep your choice in a cookie as well."
        settings_services = "Each provider has its own switch."
        settings_on_implied = "On for now, because you read on."
        settings_off_signal = "Off, because your browser sends Global Privacy Control."
        settings_signal = "Your browser sends Global Privacy Control. While it does, this stays off unless you turn it on here: {what}."
    }
    "What is on record" {
        record_title = "Your record"
        record_id = "We record your choices under this reference. It is a random identifier that does not by itself name you. Quote it if you ask us to show or erase your record:"
        record_left = "You withdrew your consent. This reference is no longer on your device: note it down if you may need it. Quote it if you ask us to show or erase your record:"
        record_none = "Nothing is on record under the reference in your browser, for instance because you asked us to erase it. We will record what you choose from now on under it:"
        record_valid = "A choice holds for {time} from the day you made it."
        record_receipt = "Download your receipt"
        record_on = "On after this choice: {what}"
        record_off = "Nothing optional was on after this choice"
        record_signal = "Your browser sent Global Privacy Control"
        record_unread = "We cannot show the record just now. Please try again in a minute."
        record_when = "{day}, {time} UTC"
    }
    "The visitor's choice" {
        state_nothing = "This site keeps nothing optional on your device, so there is nothing to choose."
        state_none = "You have not chosen yet. Everything optional is off."
        state_none_implied = "You have not chosen yet. Everything optional is off on your first page. If you read on, it is turned on."
        state_on = "On {day}, you turned {what} on."
        state_off = "On {day}, you turned everything optional off."
        state_chosen_on = "You chose on {day}. This is on: {what}."
        state_chosen_off = "You chose on {day}. Nothing optional is on."
        state_implied = "You have not chosen. Because you read on, this is on: {what}."
        state_not_valid = "In the European Union, the EEA, the United Kingdom and Switzerland, reading on is not valid consent."
        state_signal = "Off because your browser sends Global Privacy Control: {what}."
    }
    "What a category keeps" {
        kept_gated = "We {uses}: {facts}."
        kept_further = "We also use this {for}."
        kept_service = "{for}: {facts}."
        kept_cookie = "one cookie"
        kept_cookies = "{n} cookies"
        kept_entry = "one stored entry"
        kept_entries = "{n} stored entries"
        kept_nothing = "nothing is kept on your device"
        kept_for = "kept for {time}"
        kept_at_most = "kept for at most {time}"
        kept_session = "kept until you close your browser"
        kept_for_good = "kept until you delete it"
        read_by = "read by {who}"
        read_by_site_alone = "read by this site alone"
        this_site = "this site"
        necessary_title = "Necessary"
        necessary_summary = "We keep some things on your device because the site cannot work without them."
    }
    "Form that was not accepted" {
        rejected_title = "Your choice was not stored"
        rejected_cross_site = "This choice did not come from this site, so it was not stored. Nothing has changed."
        rejected_malformed = "The form did not say what to do, so nothing was stored. Nothing has changed."
        rejected_too_slow = "The form took too long to arrive, so nothing was stored. Please send it again."
        rejected_too_large = "The form was too large, so nothing was stored. Nothing has changed."
        rejected_type = "This address accepts only forms and JSON. Nothing was stored, and nothing has changed."
        rejected_not_recorded_title = "Nothing was turned on"
        rejected_not_recorded = "We could not record your choice, so we turned nothing on. What you turned off is off. Please try again in a minute."
        rejected_open = "Open cookie settings"
        rejected_framed_title = "Open this page in a new tab"
        rejected_framed = "You cannot change your cookie settings inside another page. Nothing has changed."
        rejected_framed_open = "Open it in a new tab"
    }
    "Privacy policy, frame" {
        policy_title = "Privacy policy"
        policy_edition = "Version {n}, in force since {day}."
        policy_edition_undated = "Version {n}."
        policy_edition_ended = "Version {n}, in force from {day} until version {next} replaced it on {until}."
        policy_edition_ended_undated = "Version {n}, replaced by version {next} on {until}."
        policy_edition_begun = "Version {n}, first in force on {day}."
        policy_superseded = "This is an earlier version of the policy. It no longer applies."
        policy_current = "Read the current version"
        policy_contents = "On this page"
        policy_change = "Change it"
    }
    "Privacy policy, in short" {
        short_title = "In short"
        short_opt_in = "We use only the cookies this site needs. Everything else waits for your permission, and we remember a refusal as long as an acceptance."
        short_opt_in_server = "Our server sets the cookies this site needs. Every other cookie that it sets waits for your permission, and we remember a refusal as long as an acceptance."
        short_markup = "Scripts and other companies can store something on your device, too. Until you give permission, those scripts, frames and pictures are not in the page. You can delete in your browser what they have stored."
        short_scripts = "Our server cannot hold back what scripts in a page and other companies store on your device. We list it below, and you can delete it in your browser."
        short_implied = "We use the cookies this site needs. Everything else starts when you read on and stops when you refuse. We remember a refusal as long as an acceptance."
        short_nothing = "We keep only what this site needs to work."
        choice_title = "Your choice"
    }
    "Privacy policy, who is responsible" {
        who_title = "Who is responsible"
        who_name = "Controller"
        who_address = "Address"
        who_email = "Email"
        who_phone = "Telephone"
        who_contact = "Contact"
        who_representative = "Representative in the EU"
        who_dpo = "Data protection officer"
    }
    "Privacy policy, what is done" {
        what_title = "How we use your data, and our legal basis"
        what_ground = "Legal basis"
        what_interest = "Interest"
        what_data = "Data"
        what_kept = "How long"
        what_cookies = "We also keep cookies on your device. The next section lists them."
        what_only_cookies = "The next section lists the cookies that we keep on your device."
        ground_consent = "Your consent, Art. 6(1)(a) GDPR"
        ground_contract = "A contract with you, Art. 6(1)(b) GDPR"
        ground_legal_obligation = "A legal obligation, Art. 6(1)(c) GDPR"
        ground_vital_interests = "Someone's vital interests, Art. 6(1)(d) GDPR"
        ground_public_task = "A task in the public interest, Art. 6(1)(e) GDPR"
        ground_legitimate_interests = "Our legitimate interests, Art. 6(1)(f) GDPR"
    }
    "Privacy policy, cookies" {
        cookies_title = "Cookies and storage, by category"
        cookies_set_by = "Unless the table says otherwise, each entry is a cookie that our server sets, and its time counts from when it was last set."
        cookies_necessary = "The site cannot give you what you ask for without these, so they need no consent (Art. 5(3) ePrivacy Directive)."
        cookies_necessary_ground = "We use the data in them for nothing else. Our legal basis is our legitimate interest in giving you what you ask for (Art. 6(1)(f) GDPR)."
        cookies_necessary_ground_named = "We use the data in them for nothing else. “{section}” names our legal basis. If it names none, our legal basis is our legitimate interest in giving you what you ask for (Art. 6(1)(f) GDPR)."
        cookies_choice_ground = "We keep your choice because the law requires us to respect it (Art. 6(1)(c) GDPR). It also saves us from asking on every page, which is our legitimate interest (Art. 6(1)(f) GDPR)."
        cookies_gated = "What for: {purposes}. Legal basis: your consent (Art. 5(3) ePrivacy Directive, Art. 6(1)(a) GDPR)."
        cookies_implied = "What for: {purposes}. Legal basis: if you read on, we take it that you agree."
        caption_always = "{title}: {what}, always on"
        caption_one = "{title}: {what}, off unless you turn it on"
        caption_many = "{title}: {what}, off unless you turn them on"
        caption_implied_one = "{title}: {what}, on once you read on, unless you turn it off"
        caption_implied_many = "{title}: {what}, on once you read on, unless you turn them off"
        column_name = "Name"
        column_purpose = "What it is for"
        column_kept = "How long"
        column_readers = "Who can read it"
        cell_choice = "{time} from the day you choose"
        cell_note = "{time} from when you choose"
        cell_notice = "{time} from when you first saw or closed the notice"
        cell_session = "Until you close your browser"
        cell_for_good = "Until you delete it"
        cell_script = "set by a script in the page"
        cell_third_party = "set by {host}"
        cell_local = "local storage"
        cell_session_storage = "session storage"
        cell_indexed = "IndexedDB"
        cell_cache = "cache storage"
    }
    "Privacy policy, recipients" {
        recipients_title = "Who else receives data"
        recipients_above = "We name other recipients above, with each use of your data."
        recipients_cookies = "The tables above say who can read the cookies and stored entries."
        recipients_purposes = "What for"
        recipients_access = "Shared with"
        recipients_transfers = "Transfers outside the EU/EEA"
        recipients_about = "Their page"
        recipients_who = "Recipients"
    }
    "Privacy policy, how long" {
        long_title = "How long we keep data"
        long_cookies = "We keep cookies and stored entries as long as their tables say, counted from when each was last set. You can delete them earlier."
        long_processing = "We keep everything else as long as we say above for each use."
        long_choice = "Your choice holds for {time} from the day you made it, whether you accepted or rejected. Then we ask again."
    }
    "Privacy policy, right to object" {
        objection_title = "Your right to object"
        objection_text = "You can object at any time, for reasons of your own situation, to uses of your data that are based on {grounds}. We then stop, unless compelling reasons outweigh yours or we need the data for a legal claim. You can object to direct marketing at any time without a reason, and we then stop it (Art. 21 GDPR)."
        objection_interests = "our legitimate interests"
        objection_task = "a task in the public interest"
        objection_how = "To object, write to {who}."
    }
    "Privacy policy, rights" {
        rights_title = "Your rights and how to complain"
        rights_access = "Access: we tell you what we hold about you, and give you a copy (Art. 15 GDPR)."
        rights_rectification = "Rectification: we correct what is wrong (Art. 16)."
        rights_erasure = "Erasure: we delete what we no longer need or may no longer hold (Art. 17)."
        rights_restriction = "Restriction: we keep your data but do not use it while a question is open (Art. 18)."
        rights_portability = "Portability: we give you a copy, in a common format, of what you gave us and we process automatically with your consent or under a contract (Art. 20)."
        rights_objection = "Objection: you can object to uses of your data that are based on an interest, and always to direct marketing (Art. 21)."
        rights_withdrawal = "Withdrawal: you can withdraw your consent at any time under {settings}. What was done before stays lawful (Art. 7(3))."
        rights_withdrawal_other = "Withdrawal: you can withdraw your consent at any time by writing to us. What was done before stays lawful (Art. 7(3))."
        rights_withdrawal_also = "To withdraw a consent to anything but cookies, write to us."
        rights_how = "To use one of these rights, write to {who}. As a rule it costs nothing."
        rights_complaint = "You can complain to a supervisory authority where you live, where you work or where you think the law was broken (Art. 77)."
        rights_authority = "Supervisory authority: {authority}."
        rights_provision = "Do you have to provide data?"
        rights_automated = "Automated decisions"
    }
    "Privacy policy, signals" {
        signal_title = "Global Privacy Control"
        signal_some = "If your browser sends this signal, we treat it as an opt-out from {what}. It stays off until you turn it on yourself, on a page that says that the signal is on. The signal never turns anything on."
        signal_none = "We do not sell your data, share it or use it for targeted advertising, so this browser signal changes nothing here. It turns nothing on either."
    }
    "Privacy policy, deletion" {
        delete_title = "How to delete cookies in your browser"
        delete_text = "Only your browser can delete what other companies keep on your device."
        delete_chrome = "Chrome: Settings, Privacy and security, Delete browsing data; or Third-party cookies, See all site data and permissions."
        delete_edge = "Edge: Settings, Privacy, search and services, Clear browsing data."
        delete_firefox = "Firefox: Settings, Privacy & Security, Cookies and Site Data, Manage Data."
        delete_safari = "Safari on a Mac: Settings, Privacy, Manage Website Data. On an iPhone or iPad: Settings, Apps, Safari, Advanced, Website Data."
    }
    "Privacy policy, changes" {
        changed_title = "What changed"
        changed_first = "This is the first version."
        changed_this = "(this version)"
        changed_edition = "Version {n}, from {day}"
        changed_edition_undated = "Version {n}"
        changed_edition_ended = "Version {n}, from {day} until {until}"
        changed_edition_ended_undated = "Version {n}, until {until}"
    }
    "Building blocks" {
        list_comma = ", "
        list_and = " and "
        list_others = "{n} others"
        numbers = "one two three four five six seven eight nine ten"
        months = "January February March April May June July August September October November December"
        day = "{day}\u{a0}{month} {year}"
        units_one = "second minute hour day week month year"
        units_many = "seconds minutes hours days weeks months years"
        time = "{n} {unit}"
    }
    "Purposes" {
        purpose_service_provision = "to provide what you asked for"
        purpose_technical_service = "to run the site"
        purpose_security = "to keep the site secure"
        purpose_interface_preferences = "to remember how you like the site to look"
        purpose_service_personalisation = "to adapt the site to you"
        purpose_usage_analytics = "to measure how the site is used"
        purpose_advertising = "to measure and show advertising"
        purpose_personalised_advertising = "to show advertising chosen for you"
        purpose_targeted_advertising = "to show advertising aimed at a group that you belong to"
        purpose_social_media_marketing = "to reach you on social networks"
    }
    "Cookies of this library" {
        own_choice = "Remembers what you chose about cookies, and on which day. It is set only when you choose. It holds nothing that tells you apart from others who chose the same."
        own_choice_recorded = "Remembers what you chose about cookies, and on which day. It is set only when you choose. If something optional is on, it also holds the random identifier under which your choice is on record. The identifier does not by itself name you. If nothing optional is on, the cookie holds nothing that tells you apart from others who chose the same."
        own_note = "Remembers for one minute that your choice was stored, so that the next page can say so. Also remembers what you asked to see once, so that the next page can show it."
        own_note_recorded = "If you have just withdrawn your consent, it holds the identifier of your record for that minute, so that the next page can show it to you."
        own_notice = "Remembers that you were shown the notice, whether you closed it, and that you read on, which we take for your agreement. It ends once you have chosen, and at the latest {time} after you first saw or closed the notice. When you choose, it also remembers for one minute that your choice was stored, so that the next page can say so, and what you asked to see once."
        own_off = "Keeps for one day what you last rejected, so that an answer you gave earlier cannot undo it."
        own_key = "Tells caches between you and us what you chose, so that you get the pages made for that choice. Everyone who chose the same holds the same letters."
    }
}
