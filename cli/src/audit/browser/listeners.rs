//! Event listeners of a tab.

use chromiumoxide::{
    Page,
    cdp::browser_protocol::{
        inspector::EventTargetCrashed,
        page::{EventJavascriptDialogOpening, HandleJavaScriptDialogParams},
    },
};
use futures_util::{StreamExt, stream};
use tokio::{task::JoinHandle, time::timeout};

use super::{
    ANSWERS_WITHIN, Gone,
    recorder::{Recorder, Signal},
};

/// Forwards the events of a tab to the recorder.
pub(super) async fn listen(page: &Page, recorder: Recorder) -> Result<JoinHandle<()>, Gone> {
    macro_rules! signals {
        ($($signal:ident),*) => {
            stream::select_all([$(
                page.event_listener()
                    .await
                    .map_err(|_| Gone)?
                    .map(Signal::$signal)
                    .boxed(),
            )*])
        };
    }
    let mut signals = signals!(
        Request,
        RequestExtra,
        Response,
        ResponseExtra,
        Data,
        Finished,
        Failed,
        Socket,
        Script,
        Dialog
    );
    let crashes = page
        .event_listener::<EventTargetCrashed>()
        .await
        .map_err(|_| Gone)?;
    signals.push(crashes.map(|_| Signal::Crashed).boxed());
    Ok(tokio::spawn(async move {
        while let Some(signal) = signals.next().await {
            recorder.hear(signal);
        }
    }))
}

/// Dismisses each dialog at once, since an open dialog blocks the page.
pub(super) async fn answer_dialogs(page: &Page) -> Result<JoinHandle<()>, Gone> {
    let mut dialogs = page
        .event_listener::<EventJavascriptDialogOpening>()
        .await
        .map_err(|_| Gone)?;
    let page = page.clone();
    Ok(tokio::spawn(async move {
        while let Some(dialog) = dialogs.next().await {
            // Confirm leaving the page; staying would end the visit.
            let leaves = format!("{:?}", dialog.r#type).eq_ignore_ascii_case("beforeunload");
            let answer = HandleJavaScriptDialogParams::new(leaves);
            let _ = timeout(ANSWERS_WITHIN, page.execute(answer)).await;
        }
    }))
}
